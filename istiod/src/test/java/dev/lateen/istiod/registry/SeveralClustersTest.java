package dev.lateen.istiod.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.api.mesh.MeshConfig;
import dev.lateen.api.yaml.Reading;
import dev.lateen.api.yaml.ResourceReader;
import dev.lateen.istiod.input.ConfigObject;
import dev.lateen.istiod.input.KubernetesReader;
import dev.lateen.istiod.input.ObjectKey;
import dev.lateen.istiod.persistent.PersistentMap;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The Services and pods of two clusters in one registry. */
class SeveralClustersTest {
    private static final String HOST = "reviews.default.svc.cluster.local";
    private static final MeshConfig MESH =
            new ResourceReader().readMeshConfig("mesh.yaml", "{}").settings().orElseThrow();

    private PersistentMap<ObjectKey, ConfigObject> objects = PersistentMap.empty();
    private Registry registry = Registry.empty();

    private void say(String cluster, String... yaml) {
        for (String text : yaml) {
            for (ConfigObject object : read(text)) {
                objects = objects.with(ObjectKey.of(cluster, object.key()), object);
            }
        }
        registry = registry.next(objects, MESH);
    }

    private void remove(String cluster, String yaml) {
        for (ConfigObject object : read(yaml)) {
            objects = objects.without(ObjectKey.of(cluster, object.key()));
        }
        registry = registry.next(objects, MESH);
    }

    private static List<ConfigObject> read(String text) {
        Reading reading = new ResourceReader().read("test.yaml", text);
        assertThat(reading.problems()).isEmpty();
        return KubernetesReader.objects(reading);
    }

    private static String service(String port, String more) {
        return """
            apiVersion: v1
            kind: Service
            metadata: {name: reviews}
            spec: {selector: {app: reviews}, ports: [{%s}]%s}
            """.formatted(port, more);
    }

    private static String pod(String name, String address) {
        return """
            apiVersion: v1
            kind: Pod
            metadata: {name: %s, labels: {app: reviews}}
            spec: {serviceAccountName: %s, containers: [{name: c, image: x}]}
            status: {podIP: %s, conditions: [{type: Ready, status: "True"}]}
            """.formatted(name, name, address);
    }

    private List<String> endpoints(int port) {
        Service service = only();
        return registry.endpoints(service, service.port(port).orElseThrow()).stream()
                .map(e -> e.workload().place().clusterId() + " " + e.address() + ":" + e.port())
                .toList();
    }

    private Service only() {
        assertThat(registry.services(HOST)).hasSize(1);
        return registry.services(HOST).getFirst();
    }

    @Test
    void aServiceOfTwoClustersIsOneServedByThePodsOfBoth() {
        say("east", service("name: http, port: 80, targetPort: 8000", ""), pod("a", "10.0.0.1"));
        say("west", service("name: http, port: 80, targetPort: 8000", ""), pod("a", "10.1.0.1"));
        assertThat(endpoints(80)).containsExactly("east 10.0.0.1:8000", "west 10.1.0.1:8000");
        assertThat(registry.serviceAccounts(only(), "cluster.local"))
                .containsExactly("spiffe://cluster.local/ns/default/sa/a");
    }

    @Test
    void portsOfOneNameAreOneWhateverTheyAreInEachCluster() {
        say("east", service("name: http, port: 80, targetPort: 8000", ""), pod("a", "10.0.0.1"));
        say("west", service("name: http, port: 8080, targetPort: 9000", ""), pod("b", "10.1.0.1"));
        assertThat(endpoints(80)).containsExactly("east 10.0.0.1:8000", "west 10.1.0.1:9000");
        assertThat(only().port(8080)).isEmpty();
    }

    @Test
    void thePodsOfAClusterAreChosenByItsOwnService() {
        say("east", service("name: http, port: 80", ""), pod("a", "10.0.0.1"));
        say("west", pod("b", "10.1.0.1"));
        assertThat(endpoints(80)).containsExactly("east 10.0.0.1:80");
    }

    @Test
    void whatOneClusterLosesTheOtherKeeps() {
        String east = service("name: http, port: 80, targetPort: 8000", "");
        String west = service("name: http, port: 80, targetPort: 9000", ", clusterIP: 10.96.0.7");
        say("east", east, pod("a", "10.0.0.1"));
        say("west", west, pod("b", "10.1.0.1"));
        remove("east", pod("a", "10.0.0.1"));
        assertThat(endpoints(80)).containsExactly("west 10.1.0.1:9000");
        remove("east", east);
        assertThat(endpoints(80)).containsExactly("west 10.1.0.1:9000");
        assertThat(only().addresses()).containsExactly("10.96.0.7");
        remove("west", west);
        assertThat(registry.services(HOST)).isEmpty();
    }

    @Test
    void theOrderInWhichClustersAreHeardOfDoesNotMatter() {
        say("west", service("name: http, port: 81", ""), pod("b", "10.1.0.1"));
        say("east", service("name: http, port: 80", ""), pod("a", "10.0.0.1"));
        assertThat(endpoints(80)).containsExactly("east 10.0.0.1:80", "west 10.1.0.1:81");
    }
}
