package dev.lateen.api.schema;

import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Reads the annotations of records, each record once. Safe for use by several threads. */
public final class Shapes {
    private final Map<Class<?>, Shape> known = new ConcurrentHashMap<>();

    /** The shape of a record. */
    public Shape.Message of(Class<? extends Record> type) {
        return message(type);
    }

    private Shape.Message message(Class<?> type) {
        if (known.get(type) instanceof Shape.Message message) {
            return message;
        }
        Shape.Message message = readMessage(type);
        known.put(type, message);
        return message;
    }

    private Shape.Message readMessage(Class<?> type) {
        FieldRow parts = new FieldRow(this::field);
        Shape.Maker maker = parts.take(type);
        KnownButUnused unused = type.getAnnotation(KnownButUnused.class);
        ExactlyOne exactlyOne = type.getAnnotation(ExactlyOne.class);
        return new Shape.Message(
                type,
                parts.fields(),
                parts.aliases(),
                Arrays.stream(type.getAnnotationsByType(AtMostOne.class))
                        .map(group -> new Shape.Alternatives(List.of(group.value()), group.message()))
                        .toList(),
                exactlyOne == null ? List.of() : List.of(exactlyOne.value()),
                unused == null ? Set.of() : Set.of(unused.value()),
                unused != null && unused.quiet(),
                maker,
                rules(type));
    }

    private Shape.Field field(RecordComponent component, int index, List<Method> getters) {
        AnnotatedType type = component.getAnnotatedType();
        Shape shape = shape(type);
        boolean required = component.isAnnotationPresent(Required.class);
        Default given = component.getAnnotation(Default.class);
        boolean nullable = required || type.isAnnotationPresent(Nullable.class);
        Object absent = given != null ? fromText(shape, given.value()) : nullable ? null : zero(shape);
        boolean wrapped = component.isAnnotationPresent(Wrapped.class);
        return new Shape.Field(component.getName(), index, getters, shape, required, wrapped, absent);
    }

    private Shape shape(AnnotatedType annotated) {
        Type type = annotated.getType();
        if (annotated instanceof AnnotatedParameterizedType parameterized && type instanceof ParameterizedType raw) {
            return container(parameterized, (Class<?>) raw.getRawType());
        }
        Class<?> plain = (Class<?>) type;
        Shape.Rules rules = rules(annotated);
        if (plain == String.class) {
            return text(annotated, rules);
        }
        if (plain == boolean.class || plain == Boolean.class) {
            return new Shape.Flag(rules);
        }
        if (plain == Duration.class) {
            AtLeast least = find(annotated, AtLeast.class);
            return new Shape.Time(
                    least == null ? null : GoDuration.parse(least.value()).orElseThrow(), rules);
        }
        if (plain.isPrimitive() || java.lang.Number.class.isAssignableFrom(plain)) {
            return number(annotated, plain, rules);
        }
        if (JsonNode.class.isAssignableFrom(plain)) {
            return new Shape.Free(rules);
        }
        return declared(plain);
    }

    /** Shapes that depend on the class alone. */
    private Shape declared(Class<?> type) {
        if (type.isRecord()) {
            return message(type);
        }
        Shape seen = known.get(type);
        if (seen != null) {
            return seen;
        }
        Shape shape = type.isEnum() ? choice(type) : union(type);
        known.put(type, shape);
        return shape;
    }

    private static Shape.Text text(AnnotatedElement annotated, Shape.Rules rules) {
        Length length = find(annotated, Length.class);
        Pattern pattern = find(annotated, Pattern.class);
        Format format = find(annotated, Format.class);
        return new Shape.Text(
                length == null ? 0 : length.min(),
                length == null ? Integer.MAX_VALUE : length.max(),
                pattern == null ? null : com.google.re2j.Pattern.compile(pattern.value()),
                format == null ? "" : format.value(),
                rules);
    }

    private static Shape.Numeric number(AnnotatedElement annotated, Class<?> type, Shape.Rules rules) {
        Range range = find(annotated, Range.class);
        Class<?> primitive = type == Integer.class || type == int.class
                ? int.class
                : type == Long.class || type == long.class ? long.class : double.class;
        double least = primitive == int.class ? Integer.MIN_VALUE : -Double.MAX_VALUE;
        double greatest = primitive == int.class ? Integer.MAX_VALUE : Double.MAX_VALUE;
        Shape.Width width = width(primitive, find(annotated, Uint32.class) != null, range);
        if (range == null) {
            return new Shape.Numeric(primitive, width, least, greatest, "", rules);
        }
        double from = Math.max(least, range.min());
        double to = Math.min(greatest, range.max());
        return new Shape.Numeric(primitive, width, from, to, range.why(), rules);
    }

    private static Shape.Width width(Class<?> type, boolean uint32, @Nullable Range range) {
        if (type == double.class) {
            return Shape.Width.DOUBLE;
        }
        if (uint32) {
            return Shape.Width.UINT32;
        }
        boolean unsigned = range != null && range.min() >= 0;
        return type == int.class ? Shape.Width.INT32 : unsigned ? Shape.Width.UINT64 : Shape.Width.INT64;
    }

    private Shape container(AnnotatedParameterizedType annotated, Class<?> raw) {
        AnnotatedType[] arguments = annotated.getAnnotatedActualTypeArguments();
        Size size = find(annotated, Size.class);
        int min = size == null ? 0 : size.min();
        int max = size == null ? Integer.MAX_VALUE : size.max();
        String why = size == null ? "" : size.why();
        Shape.Rules rules = rules(annotated);
        if (raw == List.class) {
            Unique unique = find(annotated, Unique.class);
            return new Shape.ListOf(shape(arguments[0]), min, max, why, unique == null ? "" : unique.value(), rules);
        }
        Shape.Text key = text(arguments[0], rules(arguments[0]));
        return new Shape.MapOf(key, shape(arguments[1]), min, max, why, rules);
    }

    private static Shape.Choice choice(Class<?> type) {
        Map<String, Object> constants = new LinkedHashMap<>();
        for (Object constant : type.getEnumConstants()) {
            String name = ((Enum<?>) constant).name();
            try {
                Wire wire = type.getField(name).getAnnotation(Wire.class);
                constants.put(wire == null ? name : wire.value(), constant);
            } catch (NoSuchFieldException e) {
                throw new IllegalStateException(e);
            }
        }
        return new Shape.Choice(type, constants, Shape.Rules.NONE);
    }

    private Shape.Union union(Class<?> type) {
        Map<String, Shape.Message> variants = new LinkedHashMap<>();
        Shape.Message none = null;
        for (Class<?> variant : type.getPermittedSubclasses()) {
            Shape.Message message = message(variant);
            if (message.fields().isEmpty()) {
                none = message;
            } else {
                variants.put(message.fields().keySet().iterator().next(), message);
            }
        }
        if (none == null) {
            throw new IllegalStateException("a union without a variant for nothing: " + type);
        }
        return new Shape.Union(type, variants, none, rules(type));
    }

    private static Object fromText(Shape shape, String text) {
        return switch (shape) {
            case Shape.Text _ -> text;
            case Shape.Flag _ -> Boolean.valueOf(text);
            case Shape.Time _ -> GoDuration.parse(text).orElseThrow();
            case Shape.Choice choice -> constant(choice, text);
            case Shape.Numeric number -> ofType(number.type(), Double.parseDouble(text));
            case Shape.ListOf _, Shape.MapOf _, Shape.Free _, Shape.Message _, Shape.Union _ ->
                throw new IllegalStateException("no default can be written for " + shape);
        };
    }

    private static Object constant(Shape.Choice choice, String text) {
        Object constant = choice.constants().get(text);
        if (constant == null) {
            throw new IllegalStateException("a default that is no constant of " + choice.type() + ": " + text);
        }
        return constant;
    }

    private static Object zero(Shape shape) {
        return switch (shape) {
            case Shape.Text _ -> "";
            case Shape.Flag _ -> false;
            case Shape.Time _ -> Duration.ZERO;
            case Shape.Choice choice -> choice.constants().values().iterator().next();
            case Shape.Numeric number -> ofType(number.type(), 0);
            case Shape.ListOf _ -> List.of();
            case Shape.MapOf _ -> Map.of();
            case Shape.Free _ -> throw new IllegalStateException("a free field must be nullable");
            case Shape.Message message -> empty(message);
            case Shape.Union union -> empty(union.none());
        };
    }

    private static Object empty(Shape.Message message) {
        return message.make(
                message.fields().values().stream().map(Shape.Field::absent).toArray());
    }

    private static Object ofType(Class<?> type, double value) {
        return type == int.class ? (Object) (int) value : type == long.class ? (Object) (long) value : (Object) value;
    }

    private static Shape.Rules rules(AnnotatedElement element) {
        List<Rule<Object>> checks = new ArrayList<>();
        Obeys obeys = find(element, Obeys.class);
        for (Class<? extends Rule<?>> type :
                obeys == null ? List.<Class<? extends Rule<?>>>of() : List.of(obeys.value())) {
            checks.add(rule(type));
        }
        List<Shape.Expression> expressions = new ArrayList<>();
        for (AnnotatedElement place : placesOf(element)) {
            for (Cel cel : place.getAnnotationsByType(Cel.class)) {
                expressions.add(new Shape.Expression(cel.rule(), cel.message()));
            }
        }
        return new Shape.Rules(List.copyOf(checks), List.copyOf(expressions));
    }

    /** Where annotations of an element may stand: on itself, and on its annotations such as {@link CheckedPort}. */
    private static List<AnnotatedElement> placesOf(AnnotatedElement element) {
        List<AnnotatedElement> places = new ArrayList<>();
        places.add(element);
        for (Annotation annotation : element.getAnnotations()) {
            places.add(annotation.annotationType());
        }
        return places;
    }

    @SuppressWarnings("unchecked") // a rule stands on a value of the type it rules; a wrong one fails its first test
    private static Rule<Object> rule(Class<? extends Rule<?>> type) {
        try {
            Constructor<? extends Rule<?>> maker = type.getDeclaredConstructor();
            maker.setAccessible(true);
            return (Rule<Object>) maker.newInstance();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("a rule without a plain constructor: " + type, e);
        }
    }

    /** The annotation itself, or the one that stands on another annotation. */
    private static <A extends Annotation> @Nullable A find(AnnotatedElement element, Class<A> wanted) {
        for (AnnotatedElement place : placesOf(element)) {
            A found = place.getAnnotation(wanted);
            if (found != null) {
                return found;
            }
        }
        return null;
    }
}
