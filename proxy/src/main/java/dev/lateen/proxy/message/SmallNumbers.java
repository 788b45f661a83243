package dev.lateen.proxy.message;

import io.netty.util.AsciiString;

/** Decimal texts of the numbers that headers most often have: milliseconds, attempts. */
public final class SmallNumbers {
    private static final AsciiString[] TEXTS = new AsciiString[128];

    static {
        for (int i = 0; i < TEXTS.length; i++) {
            TEXTS[i] = AsciiString.of(Integer.toString(i));
        }
    }

    private SmallNumbers() {}

    /** The number in decimal; the same object each time for small ones. */
    public static CharSequence text(long number) {
        return number >= 0 && number < TEXTS.length ? TEXTS[(int) number] : Long.toString(number);
    }
}
