package dev.lateen.api.schema;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A field of an API kind by its path, such as {@code subsets[].trafficPolicy.tls.caCrl}: finds where an object has it. {@code []} stands
 * for all members of a list, {@code {}} for all values of a map. Immutable.
 */
public final class FieldPath {
    private static final Shapes SHAPES = new Shapes();

    private final List<Step> steps;

    private sealed interface Step {
        record Of(Class<?> message, Shape.Field field) implements Step {}

        record Each() implements Step {}

        record Values() implements Step {}
    }

    /** Takes a place where the field is set. */
    public interface Visit {
        /**
         * Takes one place.
         *
         * @param path with the numbers of list members and the keys of maps
         * @param value what stands there
         */
        void at(String path, Object value);
    }

    private FieldPath(List<Step> steps) {
        this.steps = steps;
    }

    /**
     * The field of a record at a path; the empty path is the record itself.
     *
     * @throws IllegalArgumentException if there is no such field
     */
    public static FieldPath of(Class<? extends Record> root, String path) {
        List<Step> steps = new ArrayList<>();
        Shape at = SHAPES.of(root);
        for (String part : path.isEmpty() ? new String[0] : path.split("\\.")) {
            String name = part.replace("[]", "").replace("{}", "");
            at = field(at, name, path, steps);
            String rest = part.substring(name.length());
            while (!rest.isEmpty()) {
                boolean list = rest.startsWith("[]");
                steps.add(list ? new Step.Each() : new Step.Values());
                at = inside(at, list, path);
                rest = rest.substring(2);
            }
        }
        return new FieldPath(List.copyOf(steps));
    }

    private static Shape inside(Shape shape, boolean list, String path) {
        return switch (shape) {
            case Shape.ListOf of when list -> of.member();
            case Shape.MapOf of when !list -> of.value();
            case Shape _ -> throw new IllegalArgumentException(path + ": no " + (list ? "list" : "map"));
        };
    }

    private static Shape field(Shape shape, String name, String path, List<Step> steps) {
        Shape.Message message = shape instanceof Shape.Union union
                ? union.variants().get(name)
                : shape instanceof Shape.Message plain ? plain : null;
        Shape.Field field = message == null ? null : message.fields().get(name);
        if (message == null || field == null) {
            throw new IllegalArgumentException(path + ": no field " + name);
        }
        steps.add(new Step.Of(message.type(), field));
        return field.shape();
    }

    /** Visits each place below a record where the field is there and says something else than its absence. */
    public void each(Object root, Visit visit) {
        each(root, 0, "", visit);
    }

    private void each(Object value, int from, String path, Visit visit) {
        if (from == steps.size()) {
            visit.at(path, value);
            return;
        }
        switch (steps.get(from)) {
            case Step.Of of -> {
                Object inner = of.message.isInstance(value) ? of.field.in(value) : null;
                if (inner != null && !Objects.equals(inner, of.field.absent())) {
                    String name = of.field.name();
                    each(inner, from + 1, path.isEmpty() ? name : path + "." + name, visit);
                }
            }
            case Step.Each _ -> {
                List<?> list = (List<?>) value;
                for (int i = 0; i < list.size(); i++) {
                    each(list.get(i), from + 1, path + "[" + i + "]", visit);
                }
            }
            case Step.Values _ -> {
                for (Map.Entry<?, ?> entry : ((Map<?, ?>) value).entrySet()) {
                    each(entry.getValue(), from + 1, path + "." + entry.getKey(), visit);
                }
            }
        }
    }
}
