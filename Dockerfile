# One image for api, gateway, worker and signer: the command says which of them it is. docker-compose.yml shows how.
#   docker build --target runtime -t corefleet .
#   docker build --target migrate -t corefleet-migrate .

# Everything it takes to build and to migrate: the Prisma CLI and its wasm schema engine are development packages.
FROM node:20-bookworm-slim AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN node libs/tooling/src/build.mjs api gateway worker signer

# Runs once before the servers: applies the migrations that are missing.
FROM build AS migrate
ENV CHECKPOINT_DISABLE=1 PRISMA_HIDE_UPDATE_MESSAGE=1
USER node
CMD ["node", "node_modules/prisma/build/index.js", "migrate", "deploy"]

# What the bundles leave outside. Without --omit=peer npm brings the Prisma CLI back in.
FROM node:20-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --omit=optional --omit=peer

FROM node:20-bookworm-slim AS runtime
ENV NODE_ENV=production
WORKDIR /app
# A named volume takes owner and mode of the folder it covers: the signer's key is the signer's alone.
RUN install -d -o node -g node -m 0700 /var/lib/corefleet/signer && install -d -o node -g node -m 0750 /var/lib/corefleet/artifacts /var/lib/corefleet/checkpoints
COPY --from=packages /app/node_modules node_modules
COPY --from=build /src/dist dist
COPY package.json LICENSE ./
USER node
CMD ["node", "--enable-source-maps", "dist/api.cjs"]
