package dev.lateen.api.yaml;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.extensions.CelExtensions;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What an API server with Istio's CRDs says of an object: a JSON schema validator and Google's CEL, neither of them ours. Unknown fields
 * are refused, as by {@code kubectl apply}.
 */
final class Oracle {
    private final Map<String, JsonNode> crds;
    private final Map<String, Schema> schemas = new HashMap<>();
    private final Map<String, CelRuntime.Program> programs = new HashMap<>();
    private final CelCompiler compiler = CelCompilerFactory.standardCelCompilerBuilder()
            .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
            .addLibraries(CelExtensions.strings())
            .addVar("self", SimpleType.DYN)
            .build();
    private final CelRuntime runtime = CelRuntimeFactory.plannerRuntimeBuilder()
            .addLibraries(CelExtensions.strings())
            .build();

    Oracle(CrdSchemas crds) {
        this.crds = crds.all();
    }

    /** The schema of an object's kind, of which there must be a CRD. */
    JsonNode schema(JsonNode object) {
        String kind = object.path("apiVersion").stringValue() + "/"
                + object.path("kind").stringValue();
        return Objects.requireNonNull(crds.get(kind), kind);
    }

    /** Why the object is refused; empty if it is accepted. */
    Optional<String> refusal(JsonNode object) {
        JsonNode crd = schema(object);
        String name =
                object.path("apiVersion").stringValue() + object.path("kind").stringValue();
        Schema schema = schemas.computeIfAbsent(name, _ -> compile(crd));
        List<com.networknt.schema.Error> errors = schema.validate(object);
        if (!errors.isEmpty()) {
            return Optional.of(errors.getFirst().toString());
        }
        return rules(object, crd);
    }

    private static Schema compile(JsonNode crd) {
        JsonNode strict = crd.deepCopy();
        for (String field : List.of("apiVersion", "kind", "metadata")) {
            ((ObjectNode) strict.path("properties")).putObject(field);
        }
        ((ObjectNode) strict.path("properties")).putObject("status");
        close(strict);
        return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(strict);
    }

    /** Says in JSON schema's words what Kubernetes takes for granted; that a format of int32 bounds a number is not among it, as a real API server shows. */
    private static void close(JsonNode schema) {
        if (!(schema instanceof ObjectNode object)) {
            return;
        }
        boolean free = object.path("x-kubernetes-preserve-unknown-fields").asBoolean(false);
        if (object.has("properties") && !free) {
            object.put("additionalProperties", false);
        }
        object.path("properties").forEach(Oracle::close);
        close(object.path("items"));
        close(object.path("additionalProperties"));
    }

    private Optional<String> rules(JsonNode node, JsonNode schema) {
        Set<JsonNode> keys = new HashSet<>();
        String key = schema.path("x-kubernetes-list-map-keys").path(0).asString("");
        for (JsonNode member : node.isArray() ? node : schema.path("none")) {
            if (!key.isEmpty() && !keys.add(member.path(key))) {
                return Optional.of("a second " + key);
            }
        }
        for (JsonNode rule : schema.path("x-kubernetes-validations")) {
            if (!holds(rule.path("rule").stringValue(), node)) {
                return Optional.of(rule.path("message").stringValue());
            }
        }
        if (node.isArray()) {
            return first(node, _ -> schema.path("items"));
        }
        if (node.isObject()) {
            JsonNode others = schema.path("additionalProperties");
            for (Map.Entry<String, JsonNode> field : node.properties()) {
                JsonNode below = schema.path("properties").has(field.getKey())
                        ? schema.path("properties").path(field.getKey())
                        : others;
                Optional<String> refusal = rules(field.getValue(), below);
                if (refusal.isPresent()) {
                    return refusal;
                }
            }
        }
        return Optional.empty();
    }

    private Optional<String> first(JsonNode list, java.util.function.Function<JsonNode, JsonNode> schema) {
        for (JsonNode member : list) {
            Optional<String> refusal = rules(member, schema.apply(member));
            if (refusal.isPresent()) {
                return refusal;
            }
        }
        return Optional.empty();
    }

    private boolean holds(String rule, JsonNode self) {
        if (rule.contains("url(")) {
            return urlHolds(rule, self.stringValue());
        }
        try {
            CelRuntime.Program program = programs.get(rule);
            if (program == null) {
                program = runtime.createProgram(compiler.compile(rule).getAst());
                programs.put(rule, program);
            }
            return Boolean.TRUE.equals(program.eval(Map.of("self", value(self))));
        } catch (CelEvaluationException e) {
            return false;
        } catch (dev.cel.common.CelValidationException e) {
            throw new IllegalStateException(rule, e);
        }
    }

    /** Kubernetes' own function {@code url} is no part of CEL: done by hand. */
    private static boolean urlHolds(String rule, String text) {
        try {
            URI uri = new URI(text);
            String scheme = uri.getScheme() == null ? "" : uri.getScheme();
            boolean absolute = uri.isAbsolute() || text.startsWith("/");
            if (rule.contains("isURL")) {
                return absolute
                        ? Set.of("", "http", "https", "file", "oci").contains(scheme)
                        : new URI("http://" + text).isAbsolute();
            }
            return absolute && Set.of("http", "https").contains(scheme);
        } catch (java.net.URISyntaxException e) {
            return false;
        }
    }

    private static Object value(JsonNode node) {
        if (node.isObject()) {
            Map<String, Object> map = new LinkedHashMap<>();
            node.properties().forEach(field -> map.put(field.getKey(), value(field.getValue())));
            return map;
        }
        if (node.isArray()) {
            List<Object> list = new ArrayList<>();
            node.forEach(member -> list.add(value(member)));
            return list;
        }
        if (node.isBoolean()) {
            return node.booleanValue();
        }
        if (node.isNumber()) {
            return node.isIntegralNumber() ? (Object) node.longValue() : (Object) node.doubleValue();
        }
        return node.asString("");
    }
}
