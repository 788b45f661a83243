package dev.lateen.it;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What authorization policies decide of a workload with a TCP, an HTTP and an unnamed port.
 *
 * @param verdicts one a line: {@code mesh|plain|any tcp|http|unnamed METHOD PATH|bytes yes|no}
 */
record AuthorizationStory(String name, String spec, String verdicts) {
    static final int TCP = 9000;
    static final int HTTP = 9001;
    static final int UNNAMED = 8080;

    /** What a policy decides of one call. @param inside whether the caller is in the mesh @param what {@code bytes} or METHOD PATH */
    record Expected(boolean inside, int port, String what, boolean allowed) {
        @Override
        public String toString() {
            return (inside ? "mesh" : "plain") + " " + what + " on " + port + (allowed ? ": allowed" : ": refused");
        }
    }

    static final AuthorizationStory NOTHING_SAID = new AuthorizationStory("none", "", """
        any tcp     bytes       yes
        any http    GET  /      yes
        any http    POST /admin yes
        any unnamed GET  /admin yes
        any unnamed bytes       yes
        """);

    /** @param client the address of the caller in the mesh */
    static List<AuthorizationStory> all(String client) {
        return List.of(
                new AuthorizationStory("allow-ports-and-paths", """
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
                new AuthorizationStory("deny-method", """
                    spec: {selector: {matchLabels: {app: server}}, action: DENY, rules: [{to: [{operation: {methods: ["POST"]}}]}]}
                    """, """
                        any tcp     bytes       no
                        any http    GET  /      yes
                        any http    POST /      no
                        any unnamed GET  /      yes
                        any unnamed POST /      no
                        any unnamed bytes       no
                        """),
                new AuthorizationStory("deny-method-on-port", """
                    spec: {selector: {matchLabels: {app: server}}, action: DENY, rules: [{to: [{operation: {methods: ["POST"], ports: ["9001"]}}]}]}
                    """, """
                        any tcp     bytes       yes
                        any http    GET  /      yes
                        any http    POST /      no
                        any unnamed POST /      yes
                        any unnamed bytes       yes
                        """),
                new AuthorizationStory("deny-path", """
                    spec: {selector: {matchLabels: {app: server}}, action: DENY, rules: [{to: [{operation: {paths: ["/admin*"]}}]}]}
                    """, """
                        any http    GET  /      yes
                        any http    GET  /admin no
                        any unnamed GET  /      yes
                        any unnamed GET  /admin no
                        any unnamed bytes       no
                        any tcp     bytes       no
                        """),
                new AuthorizationStory("nothing", "spec: {}", """
                    any tcp     bytes       no
                    any http    GET  /      no
                    any unnamed GET  /      no
                    any unnamed bytes       no
                    """),
                new AuthorizationStory("audit", """
                    spec: {selector: {matchLabels: {app: server}}, action: AUDIT, rules: [{to: [{operation: {methods: ["POST"]}}]}]}
                    """, """
                        any tcp     bytes       yes
                        any http    POST /      yes
                        any unnamed GET  /      yes
                        any unnamed bytes       yes
                        """),
                new AuthorizationStory("dry-run", """
                    spec: {selector: {matchLabels: {app: server}}, action: DENY, rules: [{to: [{operation: {ports: ["9000", "9001", "8080"]}}]}]}
                    """, """
                        any tcp     bytes       yes
                        any http    POST /      yes
                        any unnamed GET  /      yes
                        any unnamed bytes       yes
                        """),
                new AuthorizationStory("claims-beside-plain-rules", """
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
                new AuthorizationStory("allow-principal", """
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
                new AuthorizationStory("deny-address", """
                    spec:
                      selector: {matchLabels: {app: server}}
                      action: DENY
                      rules: [{from: [{source: {notIpBlocks: ["%s/32"]}}]}]
                    """.formatted(client), """
                        mesh  tcp     bytes     yes
                        plain tcp     bytes     no
                        mesh  http    GET  /    yes
                        plain http    GET  /    no
                        mesh  unnamed GET  /    yes
                        plain unnamed bytes     no
                        """));
    }

    List<Expected> expected() {
        List<Expected> all = new ArrayList<>();
        for (String line : verdicts.strip().lines().toList()) {
            String[] words = line.strip().split("\\s+");
            int port = requireNonNull(
                    Map.of("tcp", TCP, "http", HTTP, "unnamed", UNNAMED).get(words[1]), line);
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
