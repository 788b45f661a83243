package dev.lateen.proxy.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** How a value of metadata is compared: {@code envoy.type.matcher.v3.ValueMatcher}. One that is not there is Java's null, which nothing matches. */
public sealed interface ValueMatcher {
    /** Whether {@code value} matches. */
    boolean matches(@Nullable StructValue value);

    /** {@code null_match}: there, and null. */
    record IsNull() implements ValueMatcher {
        @Override
        public boolean matches(@Nullable StructValue value) {
            return value instanceof StructValue.NullValue;
        }
    }

    /** {@code double_match.range}: {@code start <= n < end}. */
    record InRange(double start, double end) implements ValueMatcher {
        @Override
        public boolean matches(@Nullable StructValue value) {
            return value instanceof StructValue.NumberValue(double number) && number >= start && number < end;
        }
    }

    /** {@code double_match.exact}. */
    record IsNumber(double number) implements ValueMatcher {
        @Override
        public boolean matches(@Nullable StructValue value) {
            return value instanceof StructValue.NumberValue(double other) && other == number;
        }
    }

    /** {@code string_match}. */
    record Text(StringMatcher matcher) implements ValueMatcher {
        @Override
        public boolean matches(@Nullable StructValue value) {
            return value instanceof StructValue.StringValue(String text) && matcher.matches(text);
        }
    }

    /** {@code bool_match}. */
    record IsBool(boolean bool) implements ValueMatcher {
        @Override
        public boolean matches(@Nullable StructValue value) {
            return value instanceof StructValue.BoolValue(boolean other) && other == bool;
        }
    }

    /** {@code present_match}: anything that is there, null too; false matches nothing, as in Envoy. */
    record Present(boolean wanted) implements ValueMatcher {
        @Override
        public boolean matches(@Nullable StructValue value) {
            return wanted && value != null;
        }
    }

    /** {@code list_match.one_of}: a list with an item that matches. */
    record OneOf(ValueMatcher item) implements ValueMatcher {
        @Override
        public boolean matches(@Nullable StructValue value) {
            if (!(value instanceof StructValue.ListValue(List<StructValue> list))) {
                return false;
            }
            for (StructValue each : list) {
                if (item.matches(each)) {
                    return true;
                }
            }
            return false;
        }
    }

    /** {@code or_match}: any of them. */
    record Or(List<ValueMatcher> any) implements ValueMatcher {
        public Or {
            any = List.copyOf(any);
        }

        @Override
        public boolean matches(@Nullable StructValue value) {
            for (ValueMatcher matcher : any) {
                if (matcher.matches(value)) {
                    return true;
                }
            }
            return false;
        }
    }
}
