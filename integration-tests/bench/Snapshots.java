import dev.lateen.api.mesh.MeshConfig;
import dev.lateen.api.resource.Resource;
import dev.lateen.api.resource.ResourceKey;
import dev.lateen.api.xds.TypeUrls;
import dev.lateen.api.yaml.RawDocument;
import dev.lateen.api.yaml.Reading;
import dev.lateen.api.yaml.ResourceReader;
import dev.lateen.istiod.input.ConfigInput;
import dev.lateen.istiod.input.ConfigJoin;
import dev.lateen.istiod.input.ConfigObject;
import dev.lateen.istiod.input.KubernetesReader;
import dev.lateen.istiod.input.Offer;
import dev.lateen.istiod.input.Offers;
import dev.lateen.istiod.model.MeshSnapshot;
import dev.lateen.istiod.model.ProxyNode;
import dev.lateen.istiod.persistent.PersistentMap;
import dev.lateen.istiod.translate.Translation;
import dev.lateen.istiod.translate.Translator;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntConsumer;

/**
 * What one change costs istiod beside reading and sending: the thread's CPU from the parsed object to the snapshot, and from there to all resources of one
 * sidecar, in the median of many changes. For each kind of change, at three sizes of a mesh.
 */
public final class Snapshots {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final ResourceReader READER = new ResourceReader();
    private static final MeshConfig MESH =
            READER.readMeshConfig("mesh", "{}").settings().orElseThrow();
    private static final ProxyNode SIDECAR = new ProxyNode(
            "sidecar~10.1.0.1~client.bench~bench.svc.cluster.local",
            ProxyNode.Role.SIDECAR,
            "10.1.0.1",
            "client",
            "bench",
            "bench.svc.cluster.local",
            "",
            ProxyNode.Locality.UNKNOWN,
            new ProxyNode.Agent("envoy", Set.of()),
            Map.of());

    private final boolean kubernetes;
    private final int services;
    private final ConfigJoin join = new ConfigJoin(List.of(ConfigInput.LOCAL_CLUSTER), MESH);
    private final Translator translator = new Translator();
    private PersistentMap<ResourceKey, Offer> objects = PersistentMap.empty();
    private MeshSnapshot snapshot;

    private Snapshots(boolean kubernetes, int services) {
        this.kubernetes = kubernetes;
        this.services = services;
        for (int i = 0; i < services; i++) {
            put(service(i, 1));
        }
        put(Yaml.route(1));
        put(Yaml.policy(1));
        build();
        translate();
    }

    public static void main(String[] args) {
        int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 400;
        System.out.println("| | services | change | input and snapshot, ms | translation, ms |");
        System.out.println("| --- | --- | --- | --- | --- |");
        for (boolean kubernetes : new boolean[] {true, false}) {
            for (int services : new int[] {100, 1000, 5000}) {
                new Snapshots(kubernetes, services).measure(rounds);
            }
        }
    }

    private void measure(int rounds) {
        Map<String, IntConsumer> kinds = new LinkedHashMap<>();
        kinds.put("endpoint", round -> put(service(7, round % 100 + 2)));
        kinds.put("VirtualService", round -> put(Yaml.route(round % 1000 + 2)));
        kinds.put("AuthorizationPolicy", round -> put(Yaml.policy(round % 1000 + 2)));
        kinds.put("service", round -> {
            if (round % 2 == 0) {
                put(service(services + 1, 1));
            } else {
                remove(service(services + 1, 1));
            }
        });
        kinds.forEach((kind, edit) -> {
            List<Double> building = new ArrayList<>();
            List<Double> translating = new ArrayList<>();
            for (int round = 0; round < rounds; round++) {
                edit.accept(round);
                long began = THREADS.getCurrentThreadCpuTime();
                build();
                long built = THREADS.getCurrentThreadCpuTime();
                translate();
                long done = THREADS.getCurrentThreadCpuTime();
                if (round >= rounds / 2) {
                    building.add((built - began) / 1e6);
                    translating.add((done - built) / 1e6);
                }
            }
            System.out.printf(
                    "| %s | %d | %s | %.3f | %.3f |%n",
                    kubernetes ? "Services and Pods" : "ServiceEntries",
                    services,
                    kind,
                    median(building),
                    median(translating));
        });
    }

    private static double median(List<Double> times) {
        times.sort(null);
        return times.get(times.size() / 2);
    }

    private List<Offer> offers(String yaml) {
        Reading reading = READER.read("bench", yaml);
        List<Offer> offers = new ArrayList<>();
        for (Resource<?> resource : reading.resources()) {
            offers.add(new Offer.Read(new ConfigObject.OfIstio(resource), List.of()));
        }
        for (RawDocument document : reading.documents()) {
            offers.add(KubernetesReader.read(document));
        }
        return offers;
    }

    private void put(String yaml) {
        for (Offer offer : offers(yaml)) {
            Offer known = objects.get(offer.key());
            objects = offer.equals(known) ? objects : objects.with(offer.key(), offer);
        }
    }

    private void remove(String yaml) {
        for (Offer offer : offers(yaml)) {
            objects = objects.without(offer.key());
        }
    }

    private void build() {
        ConfigInput input =
                join.join(List.of(new Offers(objects, null, List.of()))).input();
        snapshot = MeshSnapshot.build(input, snapshot);
    }

    /** Asks for what a sidecar asks for. */
    private void translate() {
        Translation translation = translator.translate(snapshot, SIDECAR);
        for (String type : List.of(TypeUrls.CLUSTER, TypeUrls.ENDPOINT, TypeUrls.LISTENER)) {
            if (translation.all(type).isEmpty()) {
                throw new IllegalStateException("nothing of " + type);
            }
        }
        if (translation.named(TypeUrls.ROUTE, "80") == null) {
            throw new IllegalStateException("no routes");
        }
    }

    private String service(int i, int round) {
        return kubernetes ? Yaml.kubernetes(i, round) : Yaml.entry(i, round);
    }

    /** The meshes of {@code Discovery}. */
    private static final class Yaml {
        private Yaml() {}

        static String kubernetes(int i, int round) {
            String service = """
                apiVersion: v1
                kind: Service
                metadata: {name: service-%1$d, namespace: bench}
                spec: {clusterIP: 10.%2$d.%3$d.1, selector: {app: service-%1$d}, ports: [{name: http, port: 80, targetPort: 8080}]}
                """.formatted(i, 100 + i / 250, i % 250);
            return service + pod(i, "a", 2) + pod(i, "b", round + 2);
        }

        private static String pod(int i, String name, int address) {
            return """
                ---
                apiVersion: v1
                kind: Pod
                metadata: {name: service-%1$d-%4$s, namespace: bench, labels: {app: service-%1$d, version: v1}}
                spec: {serviceAccountName: service-%1$d, containers: [{name: app, image: app, ports: [{containerPort: 8080}]}]}
                status: {phase: Running, podIP: 10.%2$d.%3$d.%5$d, conditions: [{type: Ready, status: "True"}]}
                """.formatted(i, 200 + i / 250, i % 250, name, address);
        }

        static String entry(int i, int round) {
            return """
                apiVersion: networking.istio.io/v1
                kind: ServiceEntry
                metadata: {name: service-%1$d, namespace: bench}
                spec:
                  hosts: [service-%1$d.bench.svc.cluster.local]
                  addresses: [10.%2$d.%3$d.1]
                  ports: [{number: 80, name: http, protocol: HTTP}]
                  location: MESH_INTERNAL
                  resolution: STATIC
                  endpoints:
                  - {address: 10.%2$d.%3$d.2, serviceAccount: service-%1$d, labels: {app: service-%1$d}}
                  - {address: 10.%2$d.%3$d.%4$d, serviceAccount: service-%1$d, labels: {app: service-%1$d}}
                """.formatted(i, 100 + i / 250, i % 250, round + 2);
        }

        static String route(int round) {
            return """
                apiVersion: networking.istio.io/v1
                kind: VirtualService
                metadata: {name: route, namespace: bench}
                spec:
                  hosts: [service-1.bench.svc.cluster.local]
                  http: [{timeout: %ds, route: [{destination: {host: service-1.bench.svc.cluster.local}}]}]
                """.formatted(round);
        }

        static String policy(int round) {
            return """
                apiVersion: security.istio.io/v1
                kind: AuthorizationPolicy
                metadata: {name: policy, namespace: bench}
                spec: {rules: [{to: [{operation: {paths: ["/%d"]}}]}]}
                """.formatted(round);
        }
    }
}
