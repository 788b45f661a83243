package dev.lateen.istiod.kubernetes.object;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.api.mesh.MeshConfig;
import dev.lateen.api.resource.Origin;
import dev.lateen.api.yaml.Reading;
import dev.lateen.api.yaml.ResourceReader;
import dev.lateen.istiod.input.ConfigInput;
import dev.lateen.istiod.input.ConfigObject;
import dev.lateen.istiod.input.KubernetesReader;
import dev.lateen.istiod.input.ObjectKey;
import dev.lateen.istiod.persistent.PersistentMap;
import dev.lateen.istiod.registry.Registry;
import dev.lateen.istiod.registry.Service;
import dev.lateen.istiod.registry.ServiceEndpoint;
import dev.lateen.istiod.registry.ServicePort;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/** What is kept of objects is all that the mesh reads of them, and little else. */
class KeptTest {
    private static final MeshConfig MESH =
            new ResourceReader().readMeshConfig("mesh.yaml", "{}").settings().orElseThrow();

    private static final String SERVICE = """
        apiVersion: v1
        kind: Service
        metadata:
          name: reviews
          namespace: shop
          uid: 5e3f
          creationTimestamp: "2026-01-31T12:00:00Z"
          labels: {app: reviews, service: reviews}
          annotations:
            networking.istio.io/exportTo: "."
            kubectl.kubernetes.io/last-applied-configuration: "{a long text}"
          managedFields: [{manager: kubectl, operation: Apply, apiVersion: v1}]
        spec:
          clusterIP: 10.96.0.7
          clusterIPs: [10.96.0.7]
          ipFamilies: [IPv4]
          ipFamilyPolicy: SingleStack
          sessionAffinity: None
          selector: {app: reviews}
          trafficDistribution: PreferClose
          ports:
          - {name: http, port: 9080, targetPort: web, protocol: TCP, nodePort: 30001}
          - {name: data, port: 9090, targetPort: 9091, protocol: TCP, appProtocol: http2}
        status: {loadBalancer: {ingress: [{ip: 192.0.2.1}]}}
        """;

    private static final String POD = """
        apiVersion: v1
        kind: Pod
        metadata:
          name: reviews-v1-6f4-x
          namespace: shop
          uid: 77aa
          generation: 1
          labels: {app: reviews, version: v1, pod-template-hash: 6f4, security.istio.io/tlsMode: istio}
          annotations: {sidecar.istio.io/status: "{a long text}"}
          ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: reviews-v1-6f4, uid: 12, controller: true}]
          managedFields: [{manager: kubelet, operation: Update, apiVersion: v1}]
        spec:
          serviceAccountName: reviews
          nodeName: node-1
          hostname: reviews-0
          subdomain: reviews
          initContainers: [{name: istio-init, image: proxy}]
          containers:
          - name: app
            image: app
            env: [{name: SECRET, value: "x"}]
            ports: [{containerPort: 8080, name: web, protocol: TCP}, {containerPort: 9999, protocol: TCP}]
            volumeMounts: [{name: token, mountPath: /var/run/secrets}]
          - name: istio-proxy
            image: proxy
            ports: [{containerPort: 15090, name: http-envoy-prom, protocol: TCP}]
          volumes: [{name: token, projected: {sources: []}}]
          tolerations: [{key: a, operator: Exists}]
        status:
          phase: Running
          podIP: 10.244.1.7
          podIPs: [{ip: 10.244.1.7}]
          conditions: [{type: Initialized, status: "True"}, {type: Ready, status: "True"}]
          containerStatuses: [{name: app, ready: true, restartCount: 0, image: app, imageID: x}]
        """;

    private static final String NODE = """
        apiVersion: v1
        kind: Node
        metadata:
          name: node-1
          labels:
            topology.kubernetes.io/region: north
            topology.kubernetes.io/zone: north-1
            topology.istio.io/subzone: rack-2
            kubernetes.io/hostname: node-1
        status: {images: [{names: [a, b], sizeBytes: 1}]}
        """;

    private static final String SLICE = """
        apiVersion: discovery.k8s.io/v1
        kind: EndpointSlice
        metadata:
          name: reviews-abc
          namespace: shop
          labels: {kubernetes.io/service-name: reviews, endpointslice.kubernetes.io/managed-by: controller}
        addressType: IPv4
        ports: [{name: http, port: 8080, protocol: TCP}, {name: data, port: 9091, protocol: TCP}]
        endpoints:
        - addresses: [10.244.1.7]
          conditions: {ready: true, serving: true, terminating: false}
          nodeName: node-1
          targetRef: {kind: Pod, name: reviews-v1-6f4-x, namespace: shop, uid: 77aa}
        - addresses: [10.244.1.8]
          hostname: reviews-1
          conditions: {ready: false, serving: true, terminating: true}
        """;

    private static List<ConfigObject> read(String... texts) {
        List<ConfigObject> objects = new ArrayList<>();
        for (String text : texts) {
            Reading reading = new ResourceReader().read("test.yaml", text);
            assertThat(reading.problems()).isEmpty();
            objects.addAll(KubernetesReader.objects(reading));
        }
        return objects;
    }

    private static <T> T one(String text, Class<T> type) {
        return type.cast(((ConfigObject.OfKubernetes) read(text).getFirst()).object());
    }

    private static HasMetadata kept(HasMetadata object) {
        return Objects.requireNonNull(
                switch (object) {
                    case io.fabric8.kubernetes.api.model.Service service -> Kept.of(service);
                    case Pod pod -> KeptPod.of(pod);
                    case Node node -> Kept.of(node);
                    case EndpointSlice slice -> Kept.of(slice);
                    default -> throw new IllegalArgumentException(object.getKind());
                });
    }

    /** Services, and who serves each port, as the registry has them. */
    private static Map<Service, Map<ServicePort, List<ServiceEndpoint>>> registry(
            List<ConfigObject> objects, UnaryOperator<HasMetadata> change) {
        PersistentMap<ObjectKey, ConfigObject> all = PersistentMap.empty();
        for (ConfigObject object : objects) {
            ConfigObject.OfKubernetes typed = (ConfigObject.OfKubernetes) object;
            ConfigObject changed = ConfigObject.OfKubernetes.of(change.apply(typed.object()), typed.origin());
            all = all.with(ObjectKey.of(ConfigInput.LOCAL_CLUSTER, changed.key()), changed);
        }
        Registry registry = Registry.empty().next(all, MESH);
        Map<Service, Map<ServicePort, List<ServiceEndpoint>>> found = new HashMap<>();
        for (Service service : registry.services()) {
            Map<ServicePort, List<ServiceEndpoint>> ports = new HashMap<>();
            service.ports().forEach(port -> ports.put(port, registry.endpoints(service, port)));
            found.put(service, ports);
        }
        return found;
    }

    @Test
    void theRegistryOfWhatIsKeptIsTheRegistryOfAll() {
        for (List<ConfigObject> objects : List.of(read(SERVICE, POD, NODE), read(SERVICE, POD, NODE, SLICE))) {
            var whole = registry(objects, UnaryOperator.identity());
            assertThat(whole.values())
                    .isNotEmpty()
                    .allSatisfy(ports -> assertThat(ports.values())
                            .hasSize(2)
                            .allSatisfy(endpoints -> assertThat(endpoints).isNotEmpty()));
            assertThat(registry(objects, KeptTest::kept)).isEqualTo(whole);
        }
    }

    @Test
    void mostOfAnObjectIsNotKept() {
        JsonMapper json = JsonMapper.shared();
        for (String text : List.of(SERVICE, POD, NODE, SLICE)) {
            HasMetadata object = one(text, HasMetadata.class);
            String kept = json.writeValueAsString(kept(object));
            assertThat(kept)
                    .doesNotContain(
                            "managedFields\":[{", "a long text", "sizeBytes", "volumeMounts\":[{", "restartCount")
                    .hasSizeLessThan(json.writeValueAsString(object).length());
        }
    }

    @Test
    void aPodWithoutItsConditionIsNotReadyAndOneWithoutAnyIsAsInAFile() {
        Pod pod = one(POD, Pod.class);
        pod.getStatus()
                .getConditions()
                .removeIf(condition -> condition.getType().equals("Ready"));
        assertThat(KeptPod.of(pod).getStatus().getConditions())
                .singleElement()
                .satisfies(condition -> assertThat(condition.getStatus()).isEqualTo("False"));
        pod.getStatus().setConditions(List.of());
        assertThat(KeptPod.of(pod).getStatus().getConditions()).isEmpty();
    }

    @Test
    void ofSecretsOnlyCredentialsAreKept() {
        assertThat(secret("kubernetes.io/tls", "tls.crt", "tls.key", "ca.crt", "password"))
                .containsOnlyKeys("tls.crt", "tls.key", "ca.crt");
        assertThat(secret("Opaque", "cert", "key", "cacert")).containsOnlyKeys("cert", "key", "cacert");
        assertThat(secret("Opaque", "ca.crt")).containsOnlyKeys("ca.crt");
        assertThat(secret("Opaque", "password")).isNull();
        assertThat(secret("Opaque", "key"))
                .as("a key without a certificate is anybody's")
                .isNull();
        assertThat(secret("kubernetes.io/service-account-token", "ca.crt", "token"))
                .isNull();
        assertThat(secret("helm.sh/release.v1", "release", "cert")).isNull();
        assertThat(secret("kubernetes.io/dockerconfigjson", "cert")).isNull();
    }

    private static @Nullable Map<String, String> secret(String type, String... keys) {
        Secret secret = new Secret();
        secret.setMetadata(one(NODE, Node.class).getMetadata());
        secret.setType(type);
        Map<String, String> data = new HashMap<>();
        List.of(keys).forEach(key -> data.put(key, "eA=="));
        secret.setData(data);
        Secret kept = Kept.of(secret);
        return kept == null ? null : kept.getData();
    }

    @Test
    void aSliceOfNamesIsOfNoUse() {
        EndpointSlice slice = one(SLICE, EndpointSlice.class);
        slice.setAddressType("FQDN");
        assertThat(Kept.of(slice)).isNull();
    }

    @Test
    void onlyAnObjectThatSaysSomethingElseIsAChange() {
        SelectedObjects objects = new SelectedObjects();
        Pod pod = one(POD, Pod.class);
        ConfigObject.OfKubernetes named = ConfigObject.OfKubernetes.of(pod, new Origin.InCluster("c", "77aa", 1, "5"));
        objects.put(named.key(), SelectedObjects.offer(KeptPod.of(pod), named.origin()));
        var before = objects.selected();
        pod.getMetadata().setAnnotations(Map.of("other", "text"));
        objects.put(named.key(), SelectedObjects.offer(KeptPod.of(pod), new Origin.InCluster("c", "77aa", 1, "6")));
        assertThat(objects.selected()).isSameAs(before);
        objects.put(named.key(), SelectedObjects.offer(KeptPod.of(pod), new Origin.InCluster("c", "88bb", 1, "7")));
        assertThat(objects.selected()).as("another of the same name").isNotSameAs(before);
        objects.put(named.key(), null);
        assertThat(objects.selected().keys()).isEmpty();
    }

    @Test
    void selectorsSayWhichNamespacesAreLookedAt() {
        SelectedObjects objects = new SelectedObjects();
        put(objects, namespace("shop", Map.of("mesh", "on", "team", "a")));
        put(objects, namespace("lab", Map.of("team", "b")));
        put(objects, Kept.of(one(NODE, Node.class)));
        put(objects, Kept.of(one(SERVICE, io.fabric8.kubernetes.api.model.Service.class)));
        put(objects, KeptPod.of(one(POD, Pod.class)));
        assertThat(names(objects)).containsExactlyInAnyOrder("shop", "lab", "node-1", "reviews", "reviews-v1-6f4-x");

        objects.choose(mesh("matchLabels: {mesh: 'on'}"));
        assertThat(names(objects)).containsExactlyInAnyOrder("shop", "node-1", "reviews", "reviews-v1-6f4-x");
        objects.choose(mesh("matchExpressions: [{key: team, operator: In, values: [b]}]"));
        assertThat(names(objects)).containsExactlyInAnyOrder("lab", "node-1");
        objects.choose(mesh("matchExpressions: [{key: mesh, operator: DoesNotExist}]"));
        assertThat(names(objects)).containsExactlyInAnyOrder("lab", "node-1");
        objects.choose(mesh("matchExpressions: [{key: team, operator: NotIn, values: [b]}]"));
        assertThat(names(objects)).contains("shop", "reviews").doesNotContain("lab");
        objects.choose(mesh("matchExpressions: [{key: mesh, operator: Exists}]"));
        assertThat(names(objects)).contains("shop", "reviews").doesNotContain("lab");

        put(objects, namespace("shop", Map.of()));
        assertThat(names(objects)).as("a namespace that lost its label").containsExactly("node-1");
        put(objects, namespace("lab", Map.of("mesh", "on")));
        assertThat(names(objects)).containsExactlyInAnyOrder("lab", "node-1");
        objects.choose(MESH);
        assertThat(names(objects)).contains("shop", "lab", "reviews");
    }

    private static MeshConfig mesh(String selector) {
        return new ResourceReader()
                .readMeshConfig("mesh.yaml", "discoverySelectors: [{" + selector + "}]")
                .settings()
                .orElseThrow();
    }

    private static Namespace namespace(String name, Map<String, String> labels) {
        Namespace namespace = new Namespace();
        namespace.setMetadata(one(NODE, Node.class).getMetadata());
        namespace.getMetadata().setName(name);
        namespace.getMetadata().setLabels(labels);
        return Kept.of(namespace);
    }

    private static void put(SelectedObjects objects, HasMetadata kept) {
        Origin origin = IstioObjects.origin("c", kept.getMetadata());
        objects.put(ConfigObject.OfKubernetes.of(kept, origin).key(), SelectedObjects.offer(kept, origin));
    }

    private static List<String> names(SelectedObjects objects) {
        List<String> names = new ArrayList<>();
        objects.selected().keys().forEach(key -> names.add(key.name()));
        return names;
    }
}
