-- A device that comes with another key: until when a person allows it, and when it was last refused.
-- Written by the enrolment feature, under the grant that the API has on devices.
ALTER TABLE "devices" ADD COLUMN "re_enrol_until" TIMESTAMPTZ(6),
                      ADD COLUMN "claimed_at" TIMESTAMPTZ(6);
