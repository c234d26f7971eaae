// MQTT.js, also for the benches, which have no packages of their own.
export { default } from "mqtt";
