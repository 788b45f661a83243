package dev.lateen.injector;

import static java.util.Objects.requireNonNull;

import dev.lateen.api.yaml.Documents;
import dev.lateen.api.yaml.StartSettings;
import dev.lateen.injector.settings.HelmValues;
import dev.lateen.injector.settings.InjectedMesh;
import dev.lateen.injector.tree.ContainerTrees;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Pods for tests, injected with values and mesh config that a test gives. */
final class Pods {
    private Pods() {}

    /** With values in YAML over the defaults. */
    static Injection injection(String values, String mesh) {
        HelmValues all = HelmValues.defaults().with("values", values);
        InjectorConfig config = InjectorConfig.of(all);
        StartSettings start = StartSettings.ofMeshConfig(mesh);
        InjectedMesh view = InjectedMesh.of(mesh);
        return new Injection(
                () -> config, new Injection.Surroundings(pod -> start.with(pod.own()), () -> view, _ -> true));
    }

    static ObjectNode object(String yaml) {
        return (ObjectNode) Documents.first("test", yaml);
    }

    /** A pod of a Deployment {@code web} in {@code shop} with annotations and a spec, both in YAML's flow style. */
    static ObjectNode pod(String annotations, String spec) {
        return object("""
            apiVersion: v1
            kind: Pod
            metadata:
              generateName: web-7f-
              labels: {app: web, pod-template-hash: 7f}
              annotations: {%s}
              ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: web-7f, uid: u, controller: true}]
            spec: {%s}
            """.formatted(annotations, spec));
    }

    static final String APPLICATION = "containers: [{name: web, image: shop/web:1}]";

    /** The pod after injection, which must have happened. */
    static ObjectNode injected(String values, String mesh, ObjectNode pod) {
        InjectionDecision decision = requireNonNull(injection(values, mesh).apply(pod, "shop", NamespaceMarks.UNKNOWN));
        if (!decision.inject()) {
            throw new AssertionError(decision);
        }
        return pod;
    }

    static ObjectNode injected(String annotations) {
        return injected("{}", "{}", pod(annotations, APPLICATION));
    }

    static ObjectNode proxy(ObjectNode pod) {
        return requireNonNull(ContainerTrees.proxy(pod.path("spec")), "proxy");
    }

    static ObjectNode container(ObjectNode pod, String name) {
        ObjectNode init = ContainerTrees.find(pod.path("spec").path("initContainers"), name);
        return init != null
                ? init
                : requireNonNull(ContainerTrees.find(pod.path("spec").path("containers"), name), name);
    }

    /** The value of a variable of the proxy; empty if it has none. */
    static String variable(ObjectNode pod, String name) {
        String value = "";
        for (JsonNode variable : proxy(pod).path("env")) {
            if (variable.path("name").asString("").equals(name)) {
                value = variable.path("value").asString("");
            }
        }
        return value;
    }

    static String annotation(ObjectNode pod, String name) {
        return pod.path("metadata").path("annotations").path(name).asString("");
    }
}
