// Templates are taken in as texts (build.mjs).
declare module "*.yaml" {
  const text: string;
  export default text;
}
