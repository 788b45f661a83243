package dev.lateen.api.schema;

import com.google.re2j.Pattern;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a value must be like: the annotations of a record component, read once. The reader binds by it, tests compare it with Istio's
 * CRDs, and CRDs can be generated from it. Immutable.
 */
public sealed interface Shape {
    /** What no bound can say. */
    Rules rules();

    /**
     * What no bound can say.
     *
     * @param checks what the reader asks
     * @param expressions what an API server asks: what Istio's CRD has of it
     */
    record Rules(List<Rule<Object>> checks, List<Expression> expressions) {
        /** There are none. */
        public static final Rules NONE = new Rules(List.of(), List.of());
    }

    /**
     * A rule in CEL.
     *
     * @param rule the expression, of which {@code self} is the value
     * @param message what is said if it is false
     */
    record Expression(String rule, String message) {}

    /** How wide a number is in protobuf. */
    enum Width {
        /** 32 bits. */
        INT32,
        /** 32 bits, never negative. */
        UINT32,
        /** 64 bits; in JSON it may be a text. */
        INT64,
        /** 64 bits, never negative. */
        UINT64,
        /** With a fraction. */
        DOUBLE
    }

    /** A text. Lengths are in code points; {@code format} is what it stands for in JSON schema's words, empty for itself. */
    record Text(int min, int max, @Nullable Pattern pattern, String format, Rules rules) implements Shape {}

    /**
     * A number.
     *
     * @param type {@code int}, {@code long} or {@code double}
     * @param width how wide it is in protobuf
     * @param why why the bounds are tighter than Istio's CRD has them; empty if they are the same
     */
    record Numeric(Class<?> type, Width width, double min, double max, String why, Rules rules) implements Shape {
        /** Whether fractions are accepted. */
        public boolean fractional() {
            return type == double.class;
        }
    }

    /** True or false. */
    record Flag(Rules rules) implements Shape {}

    /** A duration. */
    record Time(@Nullable Duration least, Rules rules) implements Shape {}

    /** One of several names. */
    record Choice(Class<?> type, Map<String, Object> constants, Rules rules) implements Shape {}

    /** A list; {@code unique} is the field in which its members differ, empty if they need not. */
    record ListOf(Shape member, int min, int max, String why, String unique, Rules rules) implements Shape {}

    /** A map with texts as keys. */
    record MapOf(Text key, Shape value, int min, int max, String why, Rules rules) implements Shape {}

    /** Any object. */
    record Free(Rules rules) implements Shape {}

    /**
     * A message.
     *
     * @param fields by name, in order
     * @param aliases other names of fields
     * @param atMostOne groups of which not more than one field may be there
     * @param exactlyOne a group of which one field must be there; empty if there is none
     * @param unused fields known but not used
     * @param quiet whether unused fields give no warning
     * @param maker makes the record
     */
    record Message(
            Class<?> type,
            Map<String, Field> fields,
            Map<String, String> aliases,
            List<Alternatives> atMostOne,
            List<String> exactlyOne,
            Set<String> unused,
            boolean quiet,
            Maker maker,
            Rules rules)
            implements Shape {

        /** Makes the record of the values of all fields, in order. */
        public Object make(@Nullable Object[] values) {
            return maker.make(values);
        }
    }

    /**
     * Fields of which not more than one may be there.
     *
     * @param fields their names
     * @param message what the CRD's rule says if there are more; empty if the CRD has it in its schema
     */
    record Alternatives(List<String> fields, String message) {}

    /**
     * One of several messages, told by the only field that each has.
     *
     * @param variants by the name of their field
     * @param none the variant without a field
     */
    record Union(Class<?> type, Map<String, Message> variants, Message none, Rules rules) implements Shape {}

    /**
     * A field of a message.
     *
     * @param index its place in the row of all fields, those of groups among them
     * @param getters lead from the message's record to the value, through the {@link Group}s in which it stands
     * @param wrapped whether null may be written for none
     * @param absent the value if it is not there; null if absence is told by null
     */
    record Field(
            String name,
            int index,
            List<Method> getters,
            Shape shape,
            boolean required,
            boolean wrapped,
            @Nullable Object absent) {

        /** The value in a message's record; null if absence is told by null. */
        public @Nullable Object in(Object message) {
            Object at = message;
            for (Method getter : getters) {
                try {
                    at = getter.invoke(at);
                } catch (ReflectiveOperationException e) {
                    throw new IllegalStateException("cannot read " + getter, e);
                }
            }
            return at;
        }
    }

    /** What a component of a record is made of. */
    sealed interface Part {}

    /** A field, by its place in the row of all fields. */
    record Place(int index) implements Part {}

    /**
     * Makes a record, and the groups in it, of the values of all fields of a message.
     *
     * @param constructor the record's
     * @param parts one a component
     */
    record Maker(Constructor<?> constructor, List<Part> parts) implements Part {
        private Object make(@Nullable Object[] values) {
            @Nullable Object[] given = new Object[parts.size()];
            for (int i = 0; i < given.length; i++) {
                given[i] = switch (parts.get(i)) {
                    case Place(int index) -> values[index];
                    case Maker group -> group.make(values);
                };
            }
            try {
                return constructor.newInstance(given);
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException("cannot make " + constructor.getDeclaringClass(), e);
            }
        }
    }
}
