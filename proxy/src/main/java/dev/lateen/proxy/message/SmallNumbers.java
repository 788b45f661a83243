package dev.lateen.proxy.message;

/** Decimal texts of the numbers that headers most often have: milliseconds, attempts. */
public final class SmallNumbers {
    private static final String[] TEXTS = new String[128];

    static {
        for (int i = 0; i < TEXTS.length; i++) {
            TEXTS[i] = Integer.toString(i);
        }
    }

    private SmallNumbers() {}

    /** The number in decimal; the same object each time for small ones. */
    public static String text(long number) {
        return number >= 0 && number < TEXTS.length ? TEXTS[(int) number] : Long.toString(number);
    }
}
