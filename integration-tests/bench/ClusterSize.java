import dev.lateen.api.networking.VirtualService;
import dev.lateen.api.resource.ResourceKey;
import dev.lateen.api.schema.ApiKind;
import dev.lateen.api.yaml.IstioKinds;
import dev.lateen.istiod.input.ConfigObject;
import dev.lateen.istiod.input.Offer;
import dev.lateen.istiod.kubernetes.object.SelectedObjects;
import dev.lateen.istiod.kubernetes.object.IstioObjects;
import dev.lateen.istiod.kubernetes.object.Kept;
import dev.lateen.istiod.kubernetes.object.KeptPod;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntFunction;
import tools.jackson.databind.json.JsonMapper;

/**
 * What is kept of a cluster's objects: bytes on the heap for each, beside the bytes of the object as an API server tells it and on the heap as its client reads it. With the
 * class path of the distribution: {@code java -Xmx1g -cp 'install/target/lateen/lib/*' integration-tests/bench/ClusterSize.java}
 */
final class ClusterSize {
    private static final int MANY = 10_000;
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final String MANAGED = "\"managedFields\":[{\"manager\":\"kubelet\",\"operation\":\"Update\",\"apiVersion\":\"v1\",\"fieldsV1\":"
            + "{\"f:metadata\":{\"f:labels\":{\".\":{},\"f:app\":{}}},\"f:spec\":{\"f:containers\":{\"k:{\\\"name\\\":\\\"app\\\"}\":{\".\":{},\"f:image\":{}}}}}}]";

    private ClusterSize() {}

    /** Measures each kind. */
    public static void main(String[] arguments) {
        kind("Pod (two containers)", ClusterSize::pod, Pod.class, KeptPod::of);
        kind("Service (two ports)", ClusterSize::service, Service.class, (Service one) -> Kept.of(one));
        kind("EndpointSlice (5 endpoints)", ClusterSize::slice, EndpointSlice.class, (EndpointSlice one) -> Kept.of(one));
        routes();
    }

    private static <T extends HasMetadata> void kind(
            String title, IntFunction<String> text, Class<T> type, Function<T, T> keep) {
        List<T> full = new ArrayList<>();
        long before = used();
        for (int i = 0; i < MANY; i++) {
            full.add(JSON.readValue(text.apply(i), type));
        }
        long read = used() - before;
        full.clear();
        SelectedObjects objects = new SelectedObjects();
        before = used();
        for (int i = 0; i < MANY; i++) {
            T kept = keep.apply(JSON.readValue(text.apply(i), type));
            ConfigObject.OfKubernetes object =
                    ConfigObject.OfKubernetes.of(kept, IstioObjects.origin("Kubernetes", kept.getMetadata()));
            objects.put(object.key(), SelectedObjects.offer(kept, object.origin()));
        }
        print(title, text.apply(0).length(), read, used() - before);
        if (objects.selected().keys().size() != MANY) {
            throw new IllegalStateException(title);
        }
    }

    private static void routes() {
        ApiKind kind = IstioKinds.of(VirtualService.class);
        IstioObjects reader = new IstioObjects("Kubernetes", "");
        List<GenericKubernetesResource> full = new ArrayList<>();
        long before = used();
        for (int i = 0; i < MANY; i++) {
            full.add(JSON.readValue(route(i), GenericKubernetesResource.class));
        }
        long read = used() - before;
        full.clear();
        SelectedObjects objects = new SelectedObjects();
        before = used();
        for (int i = 0; i < MANY; i++) {
            GenericKubernetesResource one = JSON.readValue(route(i), GenericKubernetesResource.class);
            Offer offer = reader.offer(kind, "v1", one);
            if (offer == null) {
                throw new IllegalStateException("no offer");
            }
            ResourceKey key = offer.key();
            objects.put(key, offer);
        }
        print("VirtualService (one route)", route(0).length(), read, used() - before);
        if (objects.selected().keys().size() != MANY) {
            throw new IllegalStateException("routes");
        }
    }

    private static void print(String title, int text, long read, long kept) {
        System.out.printf("| %s | %,d | %,d | %,d |%n", title, text, read / MANY, kept / MANY);
    }

    private static long used() {
        for (int i = 0; i < 4; i++) {
            System.gc();
        }
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    private static String meta(int i, String more) {
        return "\"metadata\":{\"name\":\"reviews-v1-6f4d5c-" + i + "\",\"namespace\":\"shop-" + i % 100
                + "\",\"uid\":\"0b5b2f0a-5e3f-4a4f-9d0f-" + (100_000_000 + i)
                + "\",\"resourceVersion\":\"" + (912_000 + i) + "\",\"creationTimestamp\":\"2026-01-31T12:00:00Z\",\"annotations\":"
                + "{\"kubectl.kubernetes.io/last-applied-configuration\":\"" + "x".repeat(400) + "\"}," + MANAGED + more + "}";
    }

    private static String pod(int i) {
        String container = "\"image\":\"example.org/a:1\",\"env\":[{\"name\":\"A\",\"value\":\"b\"}],\"resources\":{\"requests\":{\"cpu\":\"100m\"}},"
                + "\"volumeMounts\":[{\"name\":\"token\",\"mountPath\":\"/var/run/secrets\"}],\"ports\":[{\"containerPort\":8080,\"name\":\"web\",\"protocol\":\"TCP\"}]";
        return "{\"apiVersion\":\"v1\",\"kind\":\"Pod\"," + meta(i, ",\"labels\":{\"app\":\"reviews\",\"version\":\"v1\",\"pod-template-hash\":\"6f4d5c\","
                + "\"security.istio.io/tlsMode\":\"istio\",\"service.istio.io/canonical-name\":\"reviews\"},\"ownerReferences\":[{\"apiVersion\":\"apps/v1\","
                + "\"kind\":\"ReplicaSet\",\"name\":\"reviews-v1-6f4d5c\",\"uid\":\"u\",\"controller\":true}]")
                + ",\"spec\":{\"serviceAccountName\":\"reviews\",\"nodeName\":\"node-" + i % 50 + "\",\"containers\":[{\"name\":\"app\"," + container
                + "},{\"name\":\"istio-proxy\"," + container.replace("web", "prom") + "}],\"volumes\":[{\"name\":\"token\",\"projected\":{\"sources\":[]}}],"
                + "\"tolerations\":[{\"key\":\"a\",\"operator\":\"Exists\"}]},\"status\":{\"phase\":\"Running\",\"podIP\":\"10." + i / 65536 + "." + i / 256 % 256
                + "." + i % 256 + "\",\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\"},{\"type\":\"Initialized\",\"status\":\"True\"}],"
                + "\"containerStatuses\":[{\"name\":\"app\",\"ready\":true,\"restartCount\":0,\"image\":\"a\",\"imageID\":\"b\"}]}}";
    }

    private static String service(int i) {
        return "{\"apiVersion\":\"v1\",\"kind\":\"Service\"," + meta(i, ",\"labels\":{\"app\":\"reviews\"}")
                + ",\"spec\":{\"clusterIP\":\"10.96.0.7\",\"clusterIPs\":[\"10.96.0.7\"],\"ipFamilies\":[\"IPv4\"],\"ipFamilyPolicy\":\"SingleStack\","
                + "\"selector\":{\"app\":\"reviews\"},\"ports\":[{\"name\":\"http\",\"port\":9080,\"targetPort\":8080,\"protocol\":\"TCP\"},"
                + "{\"name\":\"grpc\",\"port\":9090,\"targetPort\":\"grpc\",\"protocol\":\"TCP\"}]},\"status\":{\"loadBalancer\":{}}}";
    }

    private static String slice(int i) {
        StringBuilder endpoints = new StringBuilder();
        for (int j = 0; j < 5; j++) {
            endpoints.append(j == 0 ? "" : ",").append("{\"addresses\":[\"10.").append(j).append('.').append(i / 256).append('.').append(i % 256)
                    .append("\"],\"conditions\":{\"ready\":true,\"serving\":true,\"terminating\":false},\"nodeName\":\"node-").append(j)
                    .append("\",\"targetRef\":{\"kind\":\"Pod\",\"name\":\"reviews-v1-6f4d5c-").append(i).append("\",\"namespace\":\"shop\",\"uid\":\"u\"}}");
        }
        return "{\"apiVersion\":\"discovery.k8s.io/v1\",\"kind\":\"EndpointSlice\","
                + meta(i, ",\"labels\":{\"kubernetes.io/service-name\":\"reviews-" + i + "\",\"endpointslice.kubernetes.io/managed-by\":\"c\"}")
                + ",\"addressType\":\"IPv4\",\"ports\":[{\"name\":\"http\",\"port\":8080,\"protocol\":\"TCP\"}],\"endpoints\":[" + endpoints + "]}";
    }

    private static String route(int i) {
        return "{\"apiVersion\":\"networking.istio.io/v1\",\"kind\":\"VirtualService\"," + meta(i, ",\"generation\":1")
                + ",\"spec\":{\"hosts\":[\"reviews-" + i + "\"],\"http\":[{\"timeout\":\"5s\",\"route\":[{\"destination\":{\"host\":\"reviews-" + i
                + "\",\"subset\":\"v1\"}}]}]},\"status\":{\"observedGeneration\":1}}";
    }
}
