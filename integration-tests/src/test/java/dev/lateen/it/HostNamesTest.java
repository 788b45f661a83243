package dev.lateen.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a workload reaches by the names that Kubernetes and Istio give to hosts. */
class HostNamesTest {
    private static final String WORKLOADS = """
        apiVersion: v1
        kind: Service
        metadata: {name: h}
        spec: {clusterIP: None, selector: {app: h}, ports: [{name: http, port: 5000}]}
        ---
        apiVersion: apps/v1
        kind: StatefulSet
        metadata: {name: h}
        spec:
          serviceName: h
          replicas: 2
          selector: {matchLabels: {app: h}}
          template:
            metadata: {labels: {app: h, version: v1}}
            spec: {containers: [{name: h, image: "docker.io/istio/examples-helloworld-v1:1.0", ports: [{containerPort: 5000}]}]}
        ---
        apiVersion: networking.istio.io/v1
        kind: ServiceEntry
        metadata: {name: one}
        spec:
          hosts: [two-ports.example.com]
          ports: [{number: 8080, protocol: HTTP, name: http-1, targetPort: FIRST}]
          resolution: STATIC
          endpoints: [{address: 127.0.0.1}]
        ---
        apiVersion: networking.istio.io/v1
        kind: ServiceEntry
        metadata: {name: two}
        spec:
          hosts: [two-ports.example.com]
          ports: [{number: 9080, protocol: HTTP, name: http-2, targetPort: SECOND}]
          resolution: STATIC
          endpoints: [{address: 127.0.0.1}]
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: outside, namespace: shop}
        spec: {type: ExternalName, externalName: localhost, ports: [{name: http, port: FIRST}]}
        """;

    private static final String TO_LATER = """
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: to-later}
        spec: {hosts: [now.example.com], http: [{route: [{destination: {host: later.example.com}}]}]}
        """;

    private static final String LATER = """
        apiVersion: networking.istio.io/v1
        kind: ServiceEntry
        metadata: {name: later}
        spec:
          hosts: [later.example.com]
          ports: [{number: 80, protocol: HTTP, name: http, targetPort: FIRST}]
          resolution: STATIC
          endpoints: [{address: 127.0.0.1}]
        """;

    @TempDir
    static Path directory;

    private static EchoBackend first;
    private static EchoBackend second;
    private static LocalMesh mesh;
    private static Web web;

    @BeforeAll
    static void start() throws Exception {
        first = new EchoBackend("first");
        second = new EchoBackend("second");
        Path edits = Files.createDirectory(directory.resolve("edits"));
        Files.writeString(edits.resolve("workloads.yaml"), ports(WORKLOADS));
        mesh = LocalMesh.start(edits, Project.shared("istio/samples/curl/curl.yaml"));
        web = Web.through(mesh.pod("curl-"), 15001);
    }

    @AfterAll
    static void stop() {
        if (web != null) {
            web.close();
        }
        if (mesh != null) {
            mesh.close();
        }
        first.close();
        second.close();
    }

    private static String ports(String yaml) {
        return yaml.replace("FIRST", "" + first.port()).replace("SECOND", "" + second.port());
    }

    @Test
    void aPodsNameReachesThatPodAlways() throws Exception {
        for (String name : List.of("h-1.h", "h-1.h.default", "h-1.h.default.svc", "h-1.h.default.svc.cluster.local")) {
            LocalMesh.awaitStatus(web, "http://" + name + ":5000/hello", 200);
            for (int i = 0; i < 4; i++) {
                assertThat(web.get("http://" + name + ":5000/hello").body()).contains("h-1");
            }
        }
        assertThat(web.get("http://h-0.h:5000/hello").body()).contains("h-0");
        LocalMesh.awaitStatus(web, "http://h:5000/hello", 200);
    }

    @Test
    void portsOfOneHostMayStandInSeveralServiceEntries() throws Exception {
        LocalMesh.awaitStatus(web, "http://two-ports.example.com:8080/", 200);
        assertThat(web.get("http://two-ports.example.com:8080/").body()).startsWith("first ");
        LocalMesh.awaitStatus(web, "http://two-ports.example.com:9080/", 200);
        assertThat(web.get("http://two-ports.example.com:9080/").body()).startsWith("second ");
    }

    @Test
    void anExternalNameReachesTheHostItNames() throws Exception {
        LocalMesh.awaitStatus(web, "http://outside.shop:" + first.port() + "/", 200);
        assertThat(web.get("http://outside.shop:" + first.port() + "/").body()).startsWith("first ");
    }

    @Test
    void aRouteToAHostThatIsNotThereYetAnswers503UntilItIs() throws Exception {
        mesh.apply("route.yaml", TO_LATER);
        LocalMesh.awaitStatus(web, "http://now.example.com/", 503);
        mesh.apply("later.yaml", ports(LATER));
        LocalMesh.awaitStatus(web, "http://now.example.com/", 200);
        mesh.remove("later.yaml");
        LocalMesh.awaitStatus(web, "http://now.example.com/", 503);
        mesh.remove("route.yaml");
    }
}
