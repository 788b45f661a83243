package dev.lateen.install.standin;

import java.util.OptionalInt;

/** The number at the end of a Bookinfo path. */
final class ProductId {
    private ProductId() {}

    static OptionalInt lastOf(String path) {
        return of(path.substring(path.lastIndexOf('/') + 1));
    }

    static OptionalInt of(String text) {
        try {
            return OptionalInt.of(Integer.parseInt(text));
        } catch (NumberFormatException e) {
            return OptionalInt.empty();
        }
    }
}
