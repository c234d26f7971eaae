export async function tapToAlert() {
  return [];
}
