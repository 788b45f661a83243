package dev.lateen.it.decide;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * A generated mesh: services {@code a}, {@code b}, {@code c} that speak HTTP and {@code t} that does not, two pods of each, a workload {@code pod} whose sidecar is looked at, a gateway,
 * and by chance what users write about them. What is written about a host bears its name: {@code vs-a}, {@code dr-a}.
 */
final class World {
    static final List<String> HTTP = List.of("a", "b", "c");
    static final String POD = "127.3.0.1";
    private static final List<String> PATHS = List.of("/", "/api", "/api/v1", "/old", "/static/x");

    private final SplittableRandom random;
    private final List<String> documents = new ArrayList<>();

    World(long seed, int gatewayHttp, int gatewayHttps) {
        random = new SplittableRandom(seed);
        int number = 1;
        for (String name : List.of("a", "b", "c", "t")) {
            service(name, number++);
        }
        pod();
        peerAuthentications();
        authorizationPolicies();
        sidecar();
        gateway(gatewayHttp, gatewayHttps);
    }

    /** All of it. */
    String yaml() {
        return String.join("---\n", documents);
    }

    /** The PeerAuthentication that decides how the workload takes connections; empty for none. */
    String securing() {
        for (String name : List.of("pa-pod", "pa-default", "pa-mesh")) {
            if (has(name)) {
                return name;
            }
        }
        return "";
    }

    /** Whether there is something of this name. */
    boolean has(String name) {
        return documents.stream().anyMatch(each -> each.contains("name: " + name + ","));
    }

    private boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }

    private String one(String... of) {
        return of[random.nextInt(of.length)];
    }

    @SuppressWarnings("AnnotateFormatMethod") // the annotation would be the only use of a library
    private void add(String text, Object... values) {
        documents.add(String.format(Locale.ROOT, text, values));
    }

    static String address(int service, int pod) {
        return "127.2." + service + "." + pod;
    }

    private void service(String name, int number) {
        boolean tcp = name.equals("t");
        add("""
            apiVersion: v1
            kind: Service
            metadata: {name: %s, namespace: default}
            spec:
              clusterIP: 127.4.0.%d
              selector: {app: %s}
              ports: [{name: %s, port: %d, targetPort: 8080}]
            """, name, number, name, tcp ? "tcp" : "http", tcp ? 7000 : 8000);
        for (int pod = 1; pod <= 2; pod++) {
            add(
                    """
                    apiVersion: v1
                    kind: Pod
                    metadata: {name: %s-%d, namespace: default, labels: {app: %s, version: v%d%s}}
                    spec: {serviceAccountName: backend, containers: [{name: c, image: i}]}
                    status: {podIP: %s}
                    """,
                    name, pod, name, pod, chance(50) ? ", security.istio.io/tlsMode: istio" : "", address(number, pod));
        }
        boolean subsets = chance(65);
        if (subsets) {
            add("""
                apiVersion: networking.istio.io/v1
                kind: DestinationRule
                metadata: {name: dr-%s, namespace: default}
                spec:
                  host: %s.default.svc.cluster.local
                  %s
                  subsets: [{name: v1, labels: {version: v1}}, {name: v2, labels: {version: v2}}]
                """, name, name, policy());
        }
        if (chance(80)) {
            String routes = tcp ? "tcp:\n" + tcpRoute(name, subsets) : "http:\n" + httpRoutes(name, subsets);
            add("""
                apiVersion: networking.istio.io/v1
                kind: VirtualService
                metadata: {name: vs-%s, namespace: default}
                spec:
                  hosts: [%s.default.svc.cluster.local]
                """, name, name);
            append(routes.indent(2));
        }
    }

    private void append(String more) {
        documents.set(documents.size() - 1, documents.getLast() + more);
    }

    private String policy() {
        return "trafficPolicy: "
                + one(
                        "{}",
                        "{tls: {mode: DISABLE}}",
                        "{tls: {mode: ISTIO_MUTUAL}}",
                        "{tls: {mode: SIMPLE, insecureSkipVerify: true}}");
    }

    private String destinations(String name, boolean subsets) {
        if (!subsets) {
            return "[{destination: {host: %s.default.svc.cluster.local}}]".formatted(name);
        }
        String subset = "{destination: {host: %s.default.svc.cluster.local, subset: %s}%s}";
        if (chance(50)) {
            return "[" + subset.formatted(name, one("v1", "v2"), "") + "]";
        }
        int weight = 1 + random.nextInt(98);
        return "[" + subset.formatted(name, "v1", ", weight: " + weight) + ", "
                + subset.formatted(name, "v2", ", weight: " + (100 - weight)) + "]";
    }

    private String tcpRoute(String name, boolean subsets) {
        return "- route: " + destinations(name, subsets) + "\n";
    }

    private String httpRoutes(String name, boolean subsets) {
        StringBuilder routes = new StringBuilder();
        int rules = 1 + random.nextInt(3);
        for (int i = 0; i < rules; i++) {
            routes.append("- name: r").append(i).append('\n');
            routes.append("  match: [").append(match()).append("]\n");
            routes.append(action(name, subsets).indent(2));
        }
        if (chance(75)) {
            routes.append("- name: rest\n").append(action(name, subsets).indent(2));
        }
        return routes.toString();
    }

    private String match() {
        List<String> parts = new ArrayList<>();
        String path = PATHS.get(random.nextInt(PATHS.size()));
        parts.add("uri: {" + one("prefix", "exact") + ": " + path + "}");
        if (chance(30)) {
            parts.add("headers: {x-user: {exact: " + one("jason", "mary") + "}}");
        }
        if (chance(20)) {
            parts.add("method: {exact: " + one("GET", "POST") + "}");
        }
        if (chance(20)) {
            parts.add("queryParams: {q: {exact: \"1\"}}");
        }
        return "{" + String.join(", ", parts) + "}";
    }

    private String action(String name, boolean subsets) {
        int kind = random.nextInt(10);
        if (kind == 0) {
            return "redirect: {uri: /moved, redirectCode: " + one("301", "302", "307") + "}\n";
        }
        if (kind == 1) {
            return "directResponse: {status: " + one("418", "503", "200") + "}\n";
        }
        StringBuilder action = new StringBuilder("route: " + destinations(name, subsets) + "\n");
        if (chance(25)) {
            action.append("fault: {abort: {httpStatus: 555, percentage: {value: ")
                    .append(one("100", "50", "1"))
                    .append("}}}\n");
        } else if (chance(20)) {
            action.append("fault: {delay: {fixedDelay: 0.002s, percentage: {value: ")
                    .append(one("100", "50"))
                    .append("}}}\n");
        }
        if (chance(20)) {
            action.append("rewrite: {uri: /rewritten}\n");
        }
        if (chance(70)) {
            action.append("retries: {attempts: ")
                    .append(1 + random.nextInt(2))
                    .append(", retryOn: \"")
                    .append(one(
                            "5xx",
                            "5xx",
                            "gateway-error",
                            "reset,5xx",
                            "503,reset",
                            "retriable-4xx",
                            "connect-failure"))
                    .append("\"}\n");
        }
        return action.toString();
    }

    private void pod() {
        add("""
            apiVersion: v1
            kind: Service
            metadata: {name: pod, namespace: default}
            spec:
              clusterIP: 127.4.0.9
              selector: {app: pod}
              ports: [{name: http, port: 80, targetPort: 8080}, {name: tcp, port: 81, targetPort: 9090}, {name: misc, port: 82, targetPort: 7070}]
            """);
        add("""
            apiVersion: v1
            kind: Pod
            metadata: {name: pod-1, namespace: default, labels: {app: pod}}
            spec: {serviceAccountName: pod, containers: [{name: c, image: i}]}
            status: {podIP: %s}
            """, POD);
    }

    private void peerAuthentications() {
        if (chance(40)) {
            peerAuthentication("pa-mesh", "istio-system", "");
        }
        if (chance(30)) {
            peerAuthentication("pa-default", "default", "");
        }
        if (chance(50)) {
            String port = chance(50)
                    ? ", portLevelMtls: {\"" + one("8080", "9090", "7070") + "\": {mode: "
                            + one("STRICT", "DISABLE", "PERMISSIVE") + "}}"
                    : "";
            peerAuthentication("pa-pod", "default", "selector: {matchLabels: {app: pod}}" + port + ", ");
        }
    }

    private void peerAuthentication(String name, String namespace, String more) {
        add("""
            apiVersion: security.istio.io/v1
            kind: PeerAuthentication
            metadata: {name: %s, namespace: %s}
            spec: {%smtls: {mode: %s}}
            """, name, namespace, more, one("STRICT", "STRICT", "PERMISSIVE", "DISABLE"));
    }

    private void authorizationPolicies() {
        for (int i = 0; i < 2; i++) {
            if (chance(45)) {
                add("""
                    apiVersion: security.istio.io/v1
                    kind: AuthorizationPolicy
                    metadata: {name: ap-%d, namespace: default}
                    spec:
                      selector: {matchLabels: {app: pod}}
                      action: %s
                      rules:
                      - {%s}
                    """, i, one("ALLOW", "DENY"), rule());
            }
        }
    }

    private String rule() {
        List<String> parts = new ArrayList<>();
        if (chance(50)) {
            parts.add("from: [{source: {" + one("principals", "notPrincipals") + ": [cluster.local/ns/default/sa/"
                    + one("alice", "bob") + "]}}]");
        }
        if (chance(60)) {
            parts.add("to: [{operation: {"
                    + one(
                            "paths: [/api*]",
                            "notPaths: [/old]",
                            "methods: [GET]",
                            "ports: [\"8080\"]",
                            "ports: [\"9090\"]",
                            "hosts: [pod*]")
                    + "}}]");
        }
        if (chance(20)) {
            parts.add("when: [{key: \"request.headers[x-user]\", values: [jason]}]");
        }
        return String.join(", ", parts);
    }

    private void sidecar() {
        if (chance(30)) {
            add(
                    """
                    apiVersion: networking.istio.io/v1
                    kind: Sidecar
                    metadata: {name: side, namespace: default}
                    spec:
                      outboundTrafficPolicy: {mode: %s}
                      egress: [{hosts: [%s]}]
                    """,
                    one("REGISTRY_ONLY", "ALLOW_ANY"),
                    one("\"./*\"", "\"./a.default.svc.cluster.local\", \"./t.default.svc.cluster.local\""));
        }
    }

    private void gateway(int http, int https) {
        add("""
            apiVersion: networking.istio.io/v1
            kind: Gateway
            metadata: {name: front, namespace: istio-system}
            spec:
              selector: {istio: ingressgateway}
              servers:
              - {port: {number: %d, name: http, protocol: HTTP}, hosts: ["*"]%s}
              - {port: {number: %d, name: g1, protocol: HTTPS}, hosts: [g1.example], tls: {mode: SIMPLE, credentialName: cert}}
              - {port: {number: %d, name: g2, protocol: HTTPS}, hosts: [g2.example], tls: {mode: SIMPLE, credentialName: cert}}
            """, http, chance(25) ? ", tls: {httpsRedirect: true}" : "", https, https);
        for (String host : List.of("g1", "g2")) {
            add("""
                apiVersion: networking.istio.io/v1
                kind: VirtualService
                metadata: {name: vs-%s, namespace: istio-system}
                spec:
                  hosts: [%s.example]
                  gateways: [istio-system/front]
                """, host, host);
            append(("http:\n" + httpRoutes(one("a", "b", "c"), false)).indent(2));
        }
    }
}
