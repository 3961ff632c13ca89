/** Numbers as text, which is how an alert's operand is sent and answered. */

/** `.05` is `0.05`, `007.50` is `7.5`; undefined when the text is no decimal number. */
export function normalDecimal(text: string): string | undefined {
  const [, sign = "", whole, fraction = "", bare] = /^(-?)(?:(\d+)(?:\.(\d*))?|\.(\d+))$/.exec(text) ?? [];
  if (whole === undefined && bare === undefined) return undefined;
  const integer = (whole ?? "").replace(/^0+(?=\d)/, "") || "0";
  const decimals = (bare ?? fraction).replace(/(?<!0)0+$/, "");
  const value = decimals === "" ? integer : `${integer}.${decimals}`;
  return value === "0" ? "0" : `${sign}${value}`;
}
