package dev.lateen.istiod.debug;

import dev.lateen.api.resource.Resource;
import dev.lateen.api.resource.Spec;
import dev.lateen.api.security.AuthorizationPolicy;
import dev.lateen.api.telemetry.Telemetry;
import dev.lateen.api.yaml.Problem;
import dev.lateen.istiod.config.JoinedConfig;
import dev.lateen.istiod.discovery.ObjectStatus;
import dev.lateen.istiod.discovery.ProxyStatus;
import dev.lateen.istiod.input.ConfigObject;
import dev.lateen.istiod.input.ObjectFate;
import dev.lateen.istiod.model.MeshSnapshot;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The config in force and what is wrong with it, in the shapes of Istio's debug pages. Safe from any thread. */
record ConfigViews(JsonMapper json, JoinedConfig config, Supplier<@Nullable MeshSnapshot> mesh) {

    /** {@code /debug/configz}: the resources in force; where each stands, and what it says, as users write it. */
    ArrayNode configz() {
        ArrayNode all = json.createArrayNode();
        for (ConfigObject object : config.current().sorted()) {
            if (object instanceof ConfigObject.OfIstio(Resource<?> resource)) {
                all.add(resource(resource));
            }
        }
        return all;
    }

    private ObjectNode resource(Resource<?> resource) {
        ObjectNode one = json.createObjectNode();
        one.put("kind", resource.meta().kind());
        one.put("apiVersion", resource.meta().apiVersion());
        ObjectNode metadata = one.putObject("metadata");
        metadata.put("name", resource.name());
        metadata.put("namespace", resource.namespace());
        metadata.set("labels", json.valueToTree(resource.meta().labels()));
        metadata.set("annotations", json.valueToTree(resource.meta().annotations()));
        one.put("origin", resource.meta().origin().toString());
        one.set("spec", json.valueToTree(resource.spec()));
        return one;
    }

    /** {@code /debug/mesh}: the mesh config in force. */
    JsonNode meshConfig() {
        return json.valueToTree(config.current().mesh());
    }

    /** {@code /debug/authorizationz}: the authorization policies by namespace. */
    ObjectNode authorizationz() {
        ObjectNode page = json.createObjectNode();
        ObjectNode policies = page.putObject("authorization_policies");
        policies.set("namespace_to_policies", byNamespace(AuthorizationPolicy.class));
        policies.put("root_namespace", config.current().mesh().rootNamespace());
        return page;
    }

    /** {@code /debug/telemetryz}: the Telemetry resources by namespace. */
    ObjectNode telemetryz() {
        ObjectNode page = json.createObjectNode();
        ObjectNode telemetries = page.putObject("telemetries");
        telemetries.set("namespace_to_telemetries", byNamespace(Telemetry.class));
        telemetries.put("root_namespace", config.current().mesh().rootNamespace());
        return page;
    }

    private ObjectNode byNamespace(Class<? extends Spec> kind) {
        Map<String, ArrayNode> byNamespace = new TreeMap<>();
        MeshSnapshot snapshot = mesh.get();
        if (snapshot != null) {
            for (Resource<?> resource : snapshot.all(kind)) {
                ObjectNode one = resource(resource);
                one.put("name", resource.name());
                one.put("namespace", resource.namespace());
                byNamespace
                        .computeIfAbsent(resource.namespace(), n -> json.createArrayNode())
                        .add(one);
            }
        }
        ObjectNode all = json.createObjectNode();
        byNamespace.forEach(all::set);
        return all;
    }

    /** {@code /debug/push_status}: what of the config is refused, doubtful or without effect; ours, in place of Istio's statistics. */
    ObjectNode pushStatus() {
        ObjectNode page = json.createObjectNode();
        page.put("version", config.current().version());
        put(page.putArray("problems"), config.problems());
        MeshSnapshot snapshot = mesh.get();
        put(page.putArray("withoutEffect"), snapshot == null ? List.of() : snapshot.problems());
        return page;
    }

    /**
     * {@code /debug/objectz}: what has become of each object, those first that are not in force as they stand; ours.
     *
     * @param proxies the connected proxies
     */
    ArrayNode objectz(List<ProxyStatus> proxies) {
        ArrayNode page = json.createArrayNode();
        config.fates().values().stream()
                .sorted(Comparator.comparing(ObjectFate::verdict)
                        .reversed()
                        .thenComparing(fate -> fate.key().toString()))
                .forEach(fate -> page.add(object(ObjectStatus.of(fate, proxies))));
        return page;
    }

    private ObjectNode object(ObjectStatus status) {
        ObjectFate fate = status.fate();
        ObjectNode one = json.createObjectNode();
        one.put("object", fate.key().toString());
        one.put("origin", fate.origin().toString());
        one.put("verdict", fate.verdict().name());
        one.put("inForceSince", fate.inForceSince());
        one.put("keepsLastGood", fate.keepsLastGood());
        put(one.putArray("problems"), fate.problems());
        status.acknowledged().forEach(one.putArray("acknowledged")::add);
        status.awaited().forEach(one.putArray("awaited")::add);
        return one;
    }

    private static void put(ArrayNode page, List<Problem> problems) {
        for (Problem problem : problems) {
            page.addObject()
                    .put("severity", problem.severity().name())
                    .put("origin", problem.origin().source() + ":" + problem.line())
                    .put("resource", problem.subject())
                    .put("field", problem.path())
                    .put("found", problem.found())
                    .put("accepted", problem.accepted());
        }
    }
}
