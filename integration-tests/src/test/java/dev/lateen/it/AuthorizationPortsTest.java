package dev.lateen.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.api.security.AuthorizationPolicy;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Authorization policies on workloads with a TCP, an HTTP and an unnamed port, with interception: enforced by our proxy and by a stock Envoy
 * alike, given before a proxy starts or while it runs, for callers inside and outside of the mesh.
 */
class AuthorizationPortsTest {
    private static final int TCP = 9000;
    private static final int HTTP = 9001;
    private static final int UNNAMED = 8080;

    @TempDir
    Path directory;

    private PodMesh mesh;

    /** What a policy decides of one call. @param inside whether the caller is in the mesh @param what {@code bytes} or METHOD PATH */
    private record Expected(boolean inside, int port, String what, boolean allowed) {
        @Override
        public String toString() {
            return (inside ? "mesh" : "plain") + " " + what + " on " + port + (allowed ? ": allowed" : ": refused");
        }
    }

    /** @param verdicts one a line: {@code mesh|plain|any PORT METHOD PATH|bytes yes|no} */
    private record Story(String name, String spec, String verdicts) {
        List<Expected> expected() {
            List<Expected> all = new ArrayList<>();
            for (String line : verdicts.strip().lines().toList()) {
                String[] words = line.strip().split("\\s+");
                int port = Map.of("tcp", TCP, "http", HTTP, "unnamed", UNNAMED).get(words[1]);
                String what = words.length == 4 ? words[2] : words[2] + " " + words[3];
                boolean allowed = words[words.length - 1].equals("yes");
                if (!words[0].equals("plain")) {
                    all.add(new Expected(true, port, what, allowed));
                }
                if (!words[0].equals("mesh")) {
                    all.add(new Expected(false, port, what, allowed));
                }
            }
            return all;
        }

        String yaml() {
            return """
                apiVersion: security.istio.io/v1
                kind: AuthorizationPolicy
                metadata: {name: story, namespace: default%s}
                %s
                """.formatted(name.equals("dry-run") ? ", annotations: {istio.io/dry-run: \"true\"}" : "", spec);
        }
    }

    private static final Story NOTHING_SAID = new Story("none", "", """
        any tcp     bytes       yes
        any http    GET  /      yes
        any http    POST /admin yes
        any unnamed GET  /admin yes
        any unnamed bytes       yes
        """);

    private static final List<Story> STORIES = List.of(
            new Story("allow-ports-and-paths", """
                spec:
                  selector: {matchLabels: {app: server}}
                  action: ALLOW
                  rules:
                  - to:
                    - operation: {ports: ["9001"], paths: ["/allow"], methods: ["GET"]}
                    - operation: {ports: ["9000"]}
                """, """
                    any tcp     bytes       yes
                    any http    GET  /allow yes
                    any http    POST /allow no
                    any http    GET  /no    no
                    any unnamed GET  /allow no
                    any unnamed bytes       no
                    """),
            new Story("deny-method", """
                spec: {selector: {matchLabels: {app: server}}, action: DENY, rules: [{to: [{operation: {methods: ["POST"]}}]}]}
                """, """
                    any tcp     bytes       no
                    any http    GET  /      yes
                    any http    POST /      no
                    any unnamed GET  /      yes
                    any unnamed POST /      no
                    any unnamed bytes       no
                    """),
            new Story("deny-method-on-port", """
                spec: {selector: {matchLabels: {app: server}}, action: DENY, rules: [{to: [{operation: {methods: ["POST"], ports: ["9001"]}}]}]}
                """, """
                    any tcp     bytes       yes
                    any http    GET  /      yes
                    any http    POST /      no
                    any unnamed POST /      yes
                    any unnamed bytes       yes
                    """),
            new Story("deny-path", """
                spec: {selector: {matchLabels: {app: server}}, action: DENY, rules: [{to: [{operation: {paths: ["/admin*"]}}]}]}
                """, """
                    any http    GET  /      yes
                    any http    GET  /admin no
                    any unnamed GET  /      yes
                    any unnamed GET  /admin no
                    any unnamed bytes       no
                    any tcp     bytes       no
                    """),
            new Story("nothing", "spec: {}", """
                any tcp     bytes       no
                any http    GET  /      no
                any unnamed GET  /      no
                any unnamed bytes       no
                """),
            new Story("audit", """
                spec: {selector: {matchLabels: {app: server}}, action: AUDIT, rules: [{to: [{operation: {methods: ["POST"]}}]}]}
                """, """
                    any tcp     bytes       yes
                    any http    POST /      yes
                    any unnamed GET  /      yes
                    any unnamed bytes       yes
                    """),
            new Story("dry-run", """
                spec: {selector: {matchLabels: {app: server}}, action: DENY, rules: [{to: [{operation: {ports: ["9000", "9001", "8080"]}}]}]}
                """, """
                    any tcp     bytes       yes
                    any http    POST /      yes
                    any unnamed GET  /      yes
                    any unnamed bytes       yes
                    """),
            new Story("claims-beside-plain-rules", """
                spec:
                  selector: {matchLabels: {app: server}}
                  action: ALLOW
                  rules:
                  - when: [{key: "request.auth.claims[group]", values: ["admins"]}]
                  - when: [{key: request.auth.audiences, values: ["shop"]}]
                  - when: [{key: request.auth.presenter, values: ["web"]}]
                  - to: [{operation: {paths: ["/open"]}}]
                """, """
                    any http    GET  /open  yes
                    any http    GET  /shut  no
                    any unnamed GET  /open  yes
                    any unnamed GET  /shut  no
                    any unnamed bytes       no
                    any tcp     bytes       no
                    """),
            new Story("allow-principal", """
                spec:
                  selector: {matchLabels: {app: server}}
                  action: ALLOW
                  rules: [{from: [{source: {principals: ["cluster.local/ns/default/sa/client"]}}]}]
                """, """
                    mesh  tcp     bytes     yes
                    plain tcp     bytes     no
                    mesh  http    GET  /    yes
                    plain http    GET  /    no
                    mesh  unnamed GET  /    yes
                    plain unnamed GET  /    no
                    mesh  unnamed bytes     yes
                    plain unnamed bytes     no
                    """),
            new Story("deny-address", """
                spec:
                  selector: {matchLabels: {app: server}}
                  action: DENY
                  rules: [{from: [{source: {notIpBlocks: ["10.231.41.12/32"]}}]}]
                """, """
                    mesh  tcp     bytes     yes
                    plain tcp     bytes     no
                    mesh  http    GET  /    yes
                    plain http    GET  /    no
                    mesh  unnamed GET  /    yes
                    plain unnamed bytes     no
                    """));

    @BeforeEach
    void begin() throws Exception {
        mesh = new PodMesh(directory, 41);
        StringBuilder config = new StringBuilder();
        int last = 10;
        for (PodMesh.Kind kind : PodMesh.Kind.values()) {
            String name = server(kind);
            String address = mesh.pod(name, last, "" + TCP, "" + HTTP, "" + UNNAMED)
                    .intercepted()
                    .address();
            config.append(services(name, last)).append(podYaml(name, "server", address));
            last++;
        }
        String client = mesh.pod("client", last).intercepted().address();
        mesh.apply("mesh", config.append(podYaml("client", "client", client)).toString());
        mesh.proxy(PodMesh.Kind.OURS, mesh.node("client", "client"));
    }

    @AfterEach
    void end() throws Exception {
        mesh.close();
    }

    private static String server(PodMesh.Kind kind) {
        return kind == PodMesh.Kind.OURS ? "ours" : "envoy";
    }

    private static String address(PodMesh.Kind kind) {
        return "10.231.41." + (10 + kind.ordinal());
    }

    private static String services(String name, int last) {
        return """
            apiVersion: v1
            kind: Service
            metadata: {name: %1$s, namespace: default}
            spec:
              clusterIP: 10.96.41.%2$d
              ports: [{port: 9000, name: tcp}, {port: 9001, name: http}]
              selector: {pod: %1$s}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: %1$s-unnamed, namespace: default}
            spec:
              clusterIP: 10.96.42.%2$d
              ports: [{port: 8080}]
              selector: {pod: %1$s}
            ---
            """.formatted(name, last);
    }

    private static String podYaml(String name, String app, String address) {
        return """
            apiVersion: v1
            kind: Pod
            metadata: {name: %1$s, namespace: default, labels: {app: %2$s, pod: %1$s, security.istio.io/tlsMode: istio}}
            spec:
              serviceAccountName: %1$s
              containers: [{name: app, image: app, ports: [{containerPort: 9000}, {containerPort: 9001}, {containerPort: 8080}]}]
            status: {phase: Running, podIP: %3$s, conditions: [{type: Ready, status: "True"}]}
            ---
            """.formatted(name, app, address);
    }

    private boolean allowed(PodMesh.Kind kind, Expected call) throws IOException, InterruptedException {
        Caller caller =
                call.inside() ? new Caller("client", mesh.inside("client")) : new Caller("outside", PodMesh.outside());
        // Who is in the mesh calls the Service, who is not calls the pod.
        String address = call.inside()
                ? (call.port() == UNNAMED ? "10.96.42." : "10.96.41.") + (10 + kind.ordinal())
                : address(kind);
        if (call.what().equals("bytes")) {
            return caller.bytes(address, call.port());
        }
        String[] words = call.what().split(" ");
        String host = call.port() == UNNAMED ? server(kind) + "-unnamed:8080" : server(kind) + ":" + call.port();
        int status = caller.http(address, call.port(), words[0], words[1], host);
        assertThat(status).as("%s at %s", call, kind).isIn(200, 403);
        return status == 200;
    }

    private List<String> wrong(Story story) throws IOException, InterruptedException {
        List<String> wrong = new ArrayList<>();
        for (PodMesh.Kind kind : PodMesh.Kind.values()) {
            for (Expected call : story.expected()) {
                if (allowed(kind, call) != call.allowed()) {
                    wrong.add(kind + " " + call);
                }
            }
        }
        return wrong;
    }

    /** Waits until it is so, for each call: nobody tells when an Envoy's workers have what was acknowledged. */
    private void awaitVerdicts(Story story) {
        Awaitility.await(story.name())
                .atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(wrong(story))
                        .as("wrong verdicts of %s", story.name())
                        .isEmpty());
        for (PodMesh.Kind kind : PodMesh.Kind.values()) {
            assertThat(mesh.istiod().isInSync(mesh.node(server(kind), "server").id()))
                    .as("%s has acknowledged %s", kind, story.name())
                    .isTrue();
        }
    }

    private void startServers() throws IOException {
        for (PodMesh.Kind kind : PodMesh.Kind.values()) {
            mesh.proxy(kind, mesh.node(server(kind), "server"));
        }
    }

    @Test
    void policiesThatComeAndGoAreEnforcedOnEveryKindOfPort() throws Exception {
        startServers();
        awaitVerdicts(NOTHING_SAID);
        for (Story story : STORIES) {
            mesh.apply("policy", story.yaml());
            awaitVerdicts(story);
        }
        mesh.remove("policy");
        awaitVerdicts(NOTHING_SAID);
    }

    @ParameterizedTest
    @ValueSource(strings = {"allow-ports-and-paths", "deny-path", "nothing", "claims-beside-plain-rules"})
    void aPolicyThatWasThereFirstIsEnforcedFromTheFirstConnectionOn(String name) throws Exception {
        Story story =
                STORIES.stream().filter(s -> s.name().equals(name)).findFirst().orElseThrow();
        mesh.apply("policy", story.yaml());
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(() ->
                        !mesh.istiod().snapshot().all(AuthorizationPolicy.class).isEmpty());
        startServers();
        assertThat(wrong(story)).as("wrong verdicts of %s", name).isEmpty();
    }
}
