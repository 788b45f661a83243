package dev.lateen.api.yaml;

import dev.lateen.api.resource.Origin;
import dev.lateen.api.resource.Resource;
import dev.lateen.api.resource.ResourceKey;
import dev.lateen.api.resource.ResourceMeta;
import dev.lateen.api.resource.Spec;
import dev.lateen.api.schema.ApiKind;
import dev.lateen.api.schema.Shapes;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Tells Istio's resources from others, and reads them. */
final class DocumentReader {
    private static final Set<String> TOP_LEVEL = Set.of("apiVersion", "kind", "metadata", "spec", "status");
    private static final String LIST = "List";
    private static final List<String> NAMES = List.of("name", "namespace");

    private final Map<String, Class<? extends Spec>> kinds = new HashMap<>();
    private final Shapes shapes;
    private final String defaultNamespace;
    private final Limits limits;

    DocumentReader(Shapes shapes, String defaultNamespace, Limits limits) {
        this.shapes = shapes;
        this.defaultNamespace = defaultNamespace;
        this.limits = limits;
        for (Class<? extends Spec> type : IstioKinds.ALL) {
            ApiKind kind = IstioKinds.of(type);
            kinds.put(kind.group() + "/" + kind.kind(), type);
        }
    }

    /** Reads one document and puts what it holds into the three lists. */
    void read(
            Origin origin,
            JsonNode root,
            Lines lines,
            List<Resource<?>> resources,
            List<RawDocument> others,
            List<Problem> problems) {
        Findings findings = new Findings(origin, root, lines, limits.problems());
        readOne(origin, root, findings, resources, others);
        problems.addAll(findings.problems());
    }

    private void readOne(
            Origin origin, JsonNode root, Findings findings, List<Resource<?>> resources, List<RawDocument> others) {
        findings.resource(null);
        if (!(root instanceof ObjectNode object)) {
            findings.refuse("", Found.value(root), "a map with apiVersion, kind and metadata");
            return;
        }
        @Nullable String apiVersion = text(object, "apiVersion", findings);
        @Nullable String kind = text(object, "kind", findings);
        if (apiVersion == null || kind == null) {
            return;
        }
        if (apiVersion.equals("v1") && kind.equals(LIST)) {
            readItems(origin, object, findings, resources, others);
            return;
        }
        String group = apiVersion.contains("/") ? apiVersion.substring(0, apiVersion.indexOf('/')) : "";
        if (!group.endsWith(IstioKinds.GROUP_SUFFIX)) {
            others.add(new RawDocument(origin, apiVersion, kind, object));
            return;
        }
        Class<? extends Spec> type = type(group, apiVersion, kind, findings);
        if (type != null) {
            Resource<?> resource = resource(origin, apiVersion, object, type, findings);
            if (resource != null) {
                resources.add(resource);
            }
        }
    }

    private static @Nullable String text(ObjectNode object, String field, Findings findings) {
        JsonNode node = object.path(field);
        if (node.isString() && !node.stringValue().isEmpty()) {
            return node.stringValue();
        }
        findings.refuse(field, node.isMissingNode() ? "missing" : Found.value(node), "a text");
        return null;
    }

    private void readItems(
            Origin origin, ObjectNode list, Findings findings, List<Resource<?>> resources, List<RawDocument> others) {
        JsonNode items = list.path("items");
        if (!items.isArray()) {
            findings.refuse("items", items.isMissingNode() ? "missing" : Found.value(items), "a list of resources");
            return;
        }
        findings.enter(list, "items");
        for (int i = 0; i < items.size(); i++) {
            findings.enter(items, i);
            // Of lists within lists there are no more than the parser takes of levels.
            readOne(origin, items.get(i), findings, resources, others);
            findings.leave();
        }
        findings.leave();
    }

    private @Nullable Class<? extends Spec> type(String group, String apiVersion, String kind, Findings findings) {
        Class<? extends Spec> type = kinds.get(group + "/" + kind);
        if (type == null) {
            Set<String> names = new TreeSet<>();
            for (Class<? extends Spec> known : kinds.values()) {
                ApiKind api = IstioKinds.of(known);
                names.add(api.group().equals(group) ? api.kind() : api.kind() + " of " + api.group());
            }
            findings.refuse("kind", "unknown kind '" + kind + "' of " + group, Found.oneOf(kind, names));
            return null;
        }
        String version = apiVersion.substring(apiVersion.indexOf('/') + 1);
        List<String> versions = List.of(IstioKinds.of(type).versions());
        if (!versions.contains(version)) {
            String accepted = group + "/" + String.join(", " + group + "/", versions);
            findings.refuse("apiVersion", "'" + apiVersion + "' for " + kind, accepted);
            return null;
        }
        return type;
    }

    private @Nullable Resource<?> resource(
            Origin origin, String apiVersion, ObjectNode object, Class<? extends Spec> type, Findings findings) {
        ApiKind kind = IstioKinds.of(type);
        JsonNode named = object.path("metadata");
        String namespace = named.path("namespace").asString(defaultNamespace);
        findings.resource(new ResourceKey(
                kind.group(), kind.kind(), namespace, named.path("name").asString("?")));
        int before = findings.errors();
        for (String field : object.propertyNames()) {
            if (!TOP_LEVEL.contains(field)) {
                findings.enter(object, field);
                findings.refuse("", "unknown field", Found.oneOf(field, new TreeSet<>(TOP_LEVEL)));
                findings.leave();
            }
        }
        Binder binder = new Binder(findings);
        ObjectMetadata metadata =
                (ObjectMetadata) part(binder, withNames(object), "metadata", ObjectMetadata.class, findings);
        Object spec = kind.specRequired() && !object.hasNonNull("spec")
                ? missing(findings)
                : part(binder, object, "spec", type.asSubclass(Record.class), findings);
        if (metadata == null || spec == null || findings.errors() > before) {
            return null;
        }
        ResourceMeta meta = new ResourceMeta(
                apiVersion,
                kind.kind(),
                metadata.namespace().isEmpty() ? defaultNamespace : metadata.namespace(),
                metadata.name(),
                metadata.labels(),
                metadata.annotations(),
                metadata.created(),
                origin);
        return new Resource<>(meta, (Spec) spec);
    }

    /** The same with names that are texts: what YAML takes for a truth value or number ({@code name: n}) is its text there, as Istio reads it. */
    private static ObjectNode withNames(ObjectNode object) {
        if (!(object.path("metadata") instanceof ObjectNode metadata)
                || NAMES.stream().noneMatch(field -> isScalar(metadata.path(field)))) {
            return object;
        }
        ObjectNode named = object.objectNode().setAll(metadata);
        NAMES.stream()
                .filter(field -> isScalar(metadata.path(field)))
                .forEach(field -> named.put(field, metadata.path(field).asString()));
        ObjectNode all = object.objectNode().setAll(object);
        all.set("metadata", named);
        return all;
    }

    private static boolean isScalar(JsonNode node) {
        return node.isBoolean() || node.isIntegralNumber();
    }

    private static @Nullable Object missing(Findings findings) {
        findings.refuse("spec", "missing", "a map");
        return null;
    }

    private @Nullable Object part(
            Binder binder, ObjectNode object, String field, Class<? extends Record> type, Findings findings) {
        JsonNode node = object.hasNonNull(field) ? object.get(field) : MeshSettings.NOTHING;
        findings.enter(object, field);
        Object bound = binder.bind(node, shapes.of(type));
        findings.leave();
        return bound;
    }
}
