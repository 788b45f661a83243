package dev.lateen.api.crd;

import dev.lateen.api.resource.IstioStatus;
import dev.lateen.api.resource.Spec;
import dev.lateen.api.schema.ApiKind;
import dev.lateen.api.schema.Column;
import dev.lateen.api.schema.Shapes;
import dev.lateen.api.yaml.IstioKinds;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLMapper;
import tools.jackson.dataformat.yaml.YAMLWriteFeature;

/**
 * The CustomResourceDefinitions of Istio's kinds, made from the records that the reader reads by: what is said there once is enforced by both. They equal Istio's own in
 * everything but descriptions. Pure; safe for use by several threads.
 */
public final class CustomResourceDefinitions {
    /** Istio labels the definitions of these groups with their short name. */
    private static final Set<String> LABELLED_GROUPS = Set.of("security", "telemetry");

    private static final YAMLMapper YAML = YAMLMapper.builder()
            .disable(YAMLWriteFeature.SPLIT_LINES)
            .enable(YAMLWriteFeature.MINIMIZE_QUOTES)
            .enable(YAMLWriteFeature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
            .build();

    private CustomResourceDefinitions() {}

    /** One definition a kind, sorted by name; new trees, which the caller may change. */
    public static List<ObjectNode> all() {
        Shapes shapes = new Shapes();
        return IstioKinds.ALL.stream()
                .map(type -> definition(type, shapes))
                .sorted((one, other) -> name(one).compareTo(name(other)))
                .toList();
    }

    /** All definitions as one YAML text of several documents. */
    public static String yaml() {
        return all().stream().map(YAML::writeValueAsString).collect(Collectors.joining());
    }

    /** The name of a definition, such as {@code virtualservices.networking.istio.io}. */
    public static String name(JsonNode definition) {
        return definition.path("metadata").path("name").asString("");
    }

    /**
     * The versions that a definition serves and the one in the cluster does not; if there are none, the cluster's may stay as it is.
     *
     * @param ours one of {@link #all}
     * @param theirs what the cluster has under the same name
     */
    public static Set<String> missingVersions(JsonNode ours, JsonNode theirs) {
        Set<String> missing = new TreeSet<>(served(ours));
        missing.removeAll(served(theirs));
        return missing;
    }

    private static Set<String> served(JsonNode definition) {
        Set<String> versions = new TreeSet<>();
        for (JsonNode version : definition.path("spec").path("versions")) {
            if (version.path("served").asBoolean(false)) {
                versions.add(version.path("name").asString(""));
            }
        }
        return versions;
    }

    private static ObjectNode definition(Class<? extends Spec> type, Shapes shapes) {
        ApiKind kind = IstioKinds.of(type);
        ObjectNode definition = JsonNodeFactory.instance.objectNode();
        definition.put("apiVersion", "apiextensions.k8s.io/v1").put("kind", "CustomResourceDefinition");
        metadata(definition.putObject("metadata"), kind);
        ObjectNode spec = definition.putObject("spec");
        spec.put("group", kind.group());
        names(spec.putObject("names"), kind);
        spec.put("scope", "Namespaced");
        ArrayNode versions = spec.putArray("versions");
        ObjectNode schema = schema(type, kind, shapes);
        String stored = kind.stored().isEmpty() ? kind.versions()[0] : kind.stored();
        for (String name : new TreeSet<>(List.of(kind.versions()))) {
            ObjectNode version = versions.addObject();
            columns(version, type);
            version.put("name", name);
            version.putObject("schema").set("openAPIV3Schema", schema.deepCopy());
            version.put("served", true).put("storage", name.equals(stored));
            version.putObject("subresources").putObject("status");
        }
        return definition;
    }

    private static void metadata(ObjectNode metadata, ApiKind kind) {
        metadata.put("name", kind.plural() + "." + kind.group());
        // Who uninstalls by Helm keeps definitions, and with them everybody's objects.
        metadata.putObject("annotations").put("helm.sh/resource-policy", "keep");
        ObjectNode labels = metadata.putObject("labels");
        labels.put("app", "istio-pilot").put("chart", "istio").put("heritage", "Tiller");
        String group = kind.group().substring(0, kind.group().indexOf('.'));
        if (LABELLED_GROUPS.contains(group)) {
            labels.put("istio", group);
        }
        labels.put("release", "istio");
    }

    private static void names(ObjectNode names, ApiKind kind) {
        names.putArray("categories").add("istio-io").add(kind.group().replace('.', '-'));
        names.put("kind", kind.kind()).put("listKind", kind.kind() + "List").put("plural", kind.plural());
        if (kind.shortNames().length > 0) {
            ArrayNode shortNames = names.putArray("shortNames");
            List.of(kind.shortNames()).forEach(shortNames::add);
        }
        names.put("singular", kind.kind().toLowerCase(Locale.ROOT));
    }

    private static void columns(ObjectNode version, Class<? extends Spec> type) {
        Column[] columns = type.getAnnotationsByType(Column.class);
        if (columns.length == 0) {
            return;
        }
        ArrayNode list = version.putArray("additionalPrinterColumns");
        for (Column column : columns) {
            list.addObject()
                    .put("name", column.name())
                    .put("jsonPath", column.path())
                    .put("type", column.path().equals(Column.CREATED) ? "date" : "string");
        }
    }

    private static ObjectNode schema(Class<? extends Spec> type, ApiKind kind, Shapes shapes) {
        ObjectNode schema = JsonNodeFactory.instance.objectNode().put("type", "object");
        ObjectNode properties = schema.putObject("properties");
        properties.set("spec", SchemaWriter.write(shapes.of(type.asSubclass(Record.class))));
        // Others write more into the status than Istio does, such as the addresses of a ServiceEntry; it must not be
        // dropped.
        properties.set(
                "status",
                SchemaWriter.write(shapes.of(IstioStatus.class)).put("x-kubernetes-preserve-unknown-fields", true));
        if (kind.specRequired()) {
            schema.putArray("required").add("spec");
        }
        return schema;
    }
}
