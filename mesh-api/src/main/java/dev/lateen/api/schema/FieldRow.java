package dev.lateen.api.schema;

import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the components of a message's record and of the groups in it as one row of fields, in the order in which they stand. One for
 * each reading of a message; not for several threads.
 */
final class FieldRow {
    private static final List<Class<? extends Annotation>> OF_THE_MESSAGE = List.of(
            AtMostOne.class,
            AtMostOne.All.class,
            Cel.class,
            Cel.All.class,
            ExactlyOne.class,
            KnownButUnused.class,
            Obeys.class);
    private static final List<Class<? extends Annotation>> OF_A_FIELD =
            List.of(Alias.class, Default.class, Required.class, Wrapped.class);

    private final FieldReader reader;
    private final Map<String, Shape.Field> fields = new LinkedHashMap<>();
    private final Map<String, String> aliases = new HashMap<>();

    /** Reads one component that is a field. */
    interface FieldReader {
        /**
         * The field.
         *
         * @param index its place in the row of all fields
         * @param getters lead to it from the message's record, through groups
         */
        Shape.Field read(RecordComponent component, int index, List<Method> getters);
    }

    FieldRow(FieldReader reader) {
        this.reader = reader;
    }

    /** The fields by name, in order. */
    Map<String, Shape.Field> fields() {
        return fields;
    }

    /** Other names of fields. */
    Map<String, String> aliases() {
        return aliases;
    }

    /**
     * Takes the components of a record.
     *
     * @return makes the record of the values of all fields
     * @throws IllegalStateException if a group is no record or has a mark that a group can't have, or two fields have one name
     */
    Shape.Maker take(Class<?> type) {
        return take(type, List.of());
    }

    private Shape.Maker take(Class<?> type, List<Method> before) {
        RecordComponent[] components = type.getRecordComponents();
        List<Shape.Part> parts = new ArrayList<>();
        for (RecordComponent component : components) {
            List<Method> getters = new ArrayList<>(before);
            Method getter = component.getAccessor();
            getter.setAccessible(true);
            getters.add(getter);
            if (component.isAnnotationPresent(Group.class)) {
                parts.add(take(checked(component), getters));
            } else {
                parts.add(new Shape.Place(fields.size()));
                field(component, List.copyOf(getters));
            }
        }
        return new Shape.Maker(maker(type, components), List.copyOf(parts));
    }

    private void field(RecordComponent component, List<Method> getters) {
        Shape.Field field = reader.read(component, fields.size(), getters);
        if (fields.put(field.name(), field) != null) {
            throw new IllegalStateException("two fields of one name: " + field.name() + " of "
                    + getters.getFirst().getDeclaringClass());
        }
        Alias alias = component.getAnnotation(Alias.class);
        if (alias != null) {
            aliases.put(alias.value(), field.name());
        }
    }

    private static Class<?> checked(RecordComponent component) {
        Class<?> group = component.getType();
        if (!group.isRecord() || component.getAnnotatedType().isAnnotationPresent(Nullable.class)) {
            throw new IllegalStateException("a group that is no record, or may be null: " + component);
        }
        refuse(OF_THE_MESSAGE, group, component);
        refuse(OF_A_FIELD, component, component);
        return group;
    }

    private static void refuse(
            List<Class<? extends Annotation>> marks, AnnotatedElement on, RecordComponent component) {
        for (Class<? extends Annotation> mark : marks) {
            if (on.isAnnotationPresent(mark)) {
                throw new IllegalStateException(
                        "a mark that none reads on a group: @" + mark.getSimpleName() + " on " + component);
            }
        }
    }

    private static Constructor<?> maker(Class<?> type, RecordComponent[] components) {
        Class<?>[] parameters =
                Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
        try {
            Constructor<?> maker = type.getDeclaredConstructor(parameters);
            maker.setAccessible(true);
            return maker;
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException("a record without its constructor: " + type, e);
        }
    }
}
