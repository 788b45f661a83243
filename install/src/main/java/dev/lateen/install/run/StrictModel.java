package dev.lateen.install.run;

import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.Collection;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JacksonException.Reference;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.cfg.MapperConfig;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;
import tools.jackson.databind.introspect.Annotated;
import tools.jackson.databind.introspect.JacksonAnnotationIntrospector;
import tools.jackson.databind.json.JsonMapper;

/** Makes Kubernetes' types from trees, without their leniency: the library's types swallow unknown fields, a user's typing errors with them. */
final class StrictModel {
    private static final int SHOWN_NAMES = 12;

    private final JsonMapper mapper = JsonMapper.builder()
            .annotationIntrospector(new WithoutAnySetter())
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    /** A resource, or the first thing that is wrong with it. */
    sealed interface Outcome {}

    record Accepted(HasMetadata resource) implements Outcome {}

    record Refused(String field, String found, String accepted) implements Outcome {}

    Outcome read(JsonNode node, Class<? extends HasMetadata> type) {
        try {
            return new Accepted(mapper.treeToValue(node, type));
        } catch (DatabindException e) {
            return refused(path(e.getPath()), e, at(node, e.getPath()));
        } catch (JacksonException e) {
            return new Refused("", shortened(String.valueOf(e.getOriginalMessage())), "");
        }
    }

    private static Refused refused(String path, DatabindException e, JsonNode found) {
        if (e instanceof UnrecognizedPropertyException unknown) {
            return new Refused(path, "unknown field", names(unknown.getKnownPropertyIds()));
        }
        String value = found.isMissingNode() ? "a wrong value" : shortened(found.toString());
        if (e instanceof MismatchedInputException mismatch && mismatch.getTargetType() != null) {
            return new Refused(path, value, typeName(mismatch.getTargetType()));
        }
        return new Refused(path, value, shortened(String.valueOf(e.getOriginalMessage())));
    }

    private static String names(Collection<Object> known) {
        List<String> names = known.stream().map(String::valueOf).sorted().toList();
        return names.size() <= SHOWN_NAMES
                ? String.join(", ", names)
                : String.join(", ", names.subList(0, SHOWN_NAMES)) + ", ...";
    }

    private static String typeName(Class<?> type) {
        if (type == Integer.class || type == Long.class || type == int.class || type == long.class) {
            return "a whole number";
        }
        if (type == Boolean.class || type == boolean.class) {
            return "true or false";
        }
        if (type == String.class) {
            return "text";
        }
        return Collection.class.isAssignableFrom(type) ? "a list" : "an object";
    }

    private static String path(List<Reference> references) {
        var path = new StringBuilder();
        for (Reference reference : references) {
            if (reference.getPropertyName() == null) {
                path.append('[').append(reference.getIndex()).append(']');
            } else {
                path.append(path.isEmpty() ? "" : ".").append(reference.getPropertyName());
            }
        }
        return path.toString();
    }

    private static JsonNode at(JsonNode root, List<Reference> references) {
        JsonNode node = root;
        for (Reference reference : references) {
            node = reference.getPropertyName() == null
                    ? node.path(reference.getIndex())
                    : node.path(reference.getPropertyName());
        }
        return node;
    }

    private static String shortened(String text) {
        String line = text.lines().findFirst().orElse("");
        return line.length() <= 120 ? line : line.substring(0, 120) + "...";
    }

    private static final class WithoutAnySetter extends JacksonAnnotationIntrospector {
        @Override
        public Boolean hasAnySetter(MapperConfig<?> config, Annotated annotated) {
            return false;
        }
    }
}
