-- Windows are judged in the device's own time zone, by the worker.
GRANT SELECT (enrolment_id, name, value) ON device_facts TO corefleet_worker;
