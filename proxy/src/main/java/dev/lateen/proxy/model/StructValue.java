package dev.lateen.proxy.model;

import java.util.List;
import java.util.Map;

/**
 * A value of {@code google.protobuf.Struct}, as dynamic metadata holds it: Envoy's metadata and a token's claims. A value that is not there is
 * null in Java, which is another thing than {@link NullValue}. Immutable.
 */
public sealed interface StructValue {
    /** {@code string_value}. */
    record StringValue(String value) implements StructValue {}

    /** {@code number_value}. */
    record NumberValue(double value) implements StructValue {}

    /** {@code bool_value}. */
    record BoolValue(boolean value) implements StructValue {}

    /** {@code null_value}: something is there, and it is null. */
    record NullValue() implements StructValue {}

    /** {@code list_value}. */
    record ListValue(List<StructValue> values) implements StructValue {
        public ListValue {
            values = List.copyOf(values);
        }
    }

    /** {@code struct_value}. */
    record Struct(Map<String, StructValue> fields) implements StructValue {
        public Struct {
            fields = Map.copyOf(fields);
        }
    }
}
