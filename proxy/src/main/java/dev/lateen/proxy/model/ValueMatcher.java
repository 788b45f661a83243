package dev.lateen.proxy.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a value of metadata is compared: {@code envoy.type.matcher.v3.ValueMatcher}. Values are strings, numbers, booleans, lists and maps; one
 * that is not there is null, which nothing matches.
 */
public sealed interface ValueMatcher {
    /** Whether {@code value} matches. */
    boolean matches(@Nullable Object value);

    /** {@code null_match}: metadata here holds no nulls, so it never matches. */
    record IsNull() implements ValueMatcher {
        @Override
        public boolean matches(@Nullable Object value) {
            return false;
        }
    }

    /** {@code double_match.range}: {@code start <= n < end}. */
    record InRange(double start, double end) implements ValueMatcher {
        @Override
        public boolean matches(@Nullable Object value) {
            return value instanceof Number number && number.doubleValue() >= start && number.doubleValue() < end;
        }
    }

    /** {@code double_match.exact}. */
    record IsNumber(double number) implements ValueMatcher {
        @Override
        public boolean matches(@Nullable Object value) {
            return value instanceof Number other && other.doubleValue() == number;
        }
    }

    /** {@code string_match}. */
    record Text(StringMatcher matcher) implements ValueMatcher {
        @Override
        public boolean matches(@Nullable Object value) {
            return value instanceof String text && matcher.matches(text);
        }
    }

    /** {@code bool_match}. */
    record IsBool(boolean bool) implements ValueMatcher {
        @Override
        public boolean matches(@Nullable Object value) {
            return value instanceof Boolean other && other == bool;
        }
    }

    /** {@code present_match}: false matches nothing, as in Envoy. */
    record Present(boolean wanted) implements ValueMatcher {
        @Override
        public boolean matches(@Nullable Object value) {
            return wanted && value != null;
        }
    }

    /** {@code list_match.one_of}: a list with an item that matches. */
    record OneOf(ValueMatcher item) implements ValueMatcher {
        @Override
        public boolean matches(@Nullable Object value) {
            return value instanceof List<?> list && list.stream().anyMatch(item::matches);
        }
    }

    /** {@code or_match}: any of them. */
    record Or(List<ValueMatcher> any) implements ValueMatcher {
        public Or {
            any = List.copyOf(any);
        }

        @Override
        public boolean matches(@Nullable Object value) {
            for (ValueMatcher matcher : any) {
                if (matcher.matches(value)) {
                    return true;
                }
            }
            return false;
        }
    }
}
