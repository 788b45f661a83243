package dev.lateen.injector.after;

import org.jspecify.annotations.Nullable;

/** Booleans as Go reads them. Pure. */
public final class Flags {
    private Flags() {}

    /** Null if the text is none, or absent. */
    public static @Nullable Boolean read(@Nullable String text) {
        if (text == null) {
            return null;
        }
        return switch (text) {
            case "1", "t", "T", "true", "TRUE", "True" -> Boolean.TRUE;
            case "0", "f", "F", "false", "FALSE", "False" -> Boolean.FALSE;
            default -> null;
        };
    }
}
