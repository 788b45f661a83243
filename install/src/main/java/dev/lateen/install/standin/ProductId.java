package dev.lateen.install.standin;

import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** The number at the end of a Bookinfo path. */
final class ProductId {
    private ProductId() {}

    static OptionalInt lastOf(@Nullable String path) {
        return path == null ? OptionalInt.empty() : of(path.substring(path.lastIndexOf('/') + 1));
    }

    static OptionalInt of(@Nullable String text) {
        try {
            return text == null ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(text));
        } catch (NumberFormatException e) {
            return OptionalInt.empty();
        }
    }
}
