package dev.lateen.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import dev.lateen.api.schema.Shows;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tokens of end users at sidecars and gateways, over HTTP/1.1 and HTTP/2, by our proxy and by a stock Envoy under our istiod: the same answers, word for word. One issuer's keys stand in the rule, the other's are
 * fetched.
 */
@SuppressWarnings("InlineFormatString") // a long template reads better on its own
class JwtTest {
    private static final int NETWORK = 43;
    private static final String ADDRESS = "10.231." + NETWORK + ".";

    /** The policies; the rules of a sidecar and of a gateway are the same. */
    private static final String POLICY = """
        apiVersion: security.istio.io/v1
        kind: RequestAuthentication
        metadata: {name: tokens, namespace: default}
        spec:
          selector: {matchLabels: {checks: tokens}}
          jwtRules:
          - {issuer: inline, jwks: '%1$s', audiences: [here, there], fromCookies: [session]}
          - {issuer: inline, jwks: '%1$s', audiences: [here, there]}
          - {issuer: fetched, jwksUri: "%2$s/keys", fromHeaders: [{name: x-token, prefix: "Token "}], fromParams: [t]}
          - {issuer: "%2$s", audiences: [here]}
        ---
        apiVersion: security.istio.io/v1
        kind: AuthorizationPolicy
        metadata: {name: who, namespace: default}
        spec:
          selector: {matchLabels: {checks: tokens}}
          action: ALLOW
          rules:
          - to: [{operation: {paths: [/open]}}]
          - {from: [{source: {requestPrincipals: [inline/me]}}], to: [{operation: {paths: [/me]}}]}
          - {from: [{source: {requestPrincipals: ["*"]}}], to: [{operation: {paths: [/any]}}]}
          - {when: [{key: request.auth.audiences, values: [there]}], to: [{operation: {paths: [/there]}}]}
          - {when: [{key: request.auth.presenter, values: [web]}], to: [{operation: {paths: [/web]}}]}
          - {when: [{key: "request.auth.claims[groups]", values: [admins]}], to: [{operation: {paths: [/admins]}}]}
          - {when: [{key: "request.auth.claims[a][b]", values: ["deep*"]}], to: [{operation: {paths: [/deep]}}]}
          - {when: [{key: "request.auth.claims[scope]", values: [write]}], to: [{operation: {paths: [/write]}}]}
          - {when: [{key: "request.auth.claims[iss]", notValues: [inline]}], to: [{operation: {paths: [/not-inline]}}]}
        """;

    @TempDir
    Path directory;

    private final Vertx vertx = Vertx.vertx();
    private final AtomicReference<String> served = new AtomicReference<>("");
    private RSAKey rsa;
    private ECKey ec;
    private PodMesh mesh;
    private String issuer;

    private record Target(String name, PodMesh.Kind kind, String url) {}

    private final List<Target> targets = new ArrayList<>();

    @BeforeEach
    void begin() throws Exception {
        rsa = new RSAKeyGenerator(2048).keyID("r").generate();
        ec = new ECKeyGenerator(Curve.P_256).keyID("e").generate();
        HttpServer keys = Async.done(vertx.createHttpServer()
                .requestHandler(request -> request.response()
                        .end(
                                request.uri().startsWith("/.well-known/")
                                        ? "{\"jwks_uri\":\"" + issuer + "/keys\"}"
                                        : served.get()))
                .listen(0, "127.0.0.1"));
        issuer = "http://127.0.0.1:" + keys.actualPort();
        served.set("{\"keys\":[" + ec.toPublicJWK() + "]}");
        mesh = new PodMesh(directory, NETWORK);
        StringBuilder config = new StringBuilder();
        int last = 10;
        for (PodMesh.Kind kind : PodMesh.Kind.values()) {
            String server = "server-" + kind.name().toLowerCase(Locale.ROOT);
            mesh.pod(server, last, "9001").intercepted();
            config.append(pod(server, last));
            targets.add(new Target(server, kind, "http://" + ADDRESS + last + ":9001"));
            last++;
        }
        mesh.pod("backend", 20, "9001");
        config.append(pod("backend", 20));
        for (PodMesh.Kind kind : PodMesh.Kind.values()) {
            String gateway = "gateway-" + kind.name().toLowerCase(Locale.ROOT);
            mesh.pod(gateway, last);
            targets.add(new Target(gateway, kind, "http://" + ADDRESS + last + ":9180"));
            last++;
        }
        mesh.apply("mesh", config.append(GATEWAY).toString());
        mesh.apply("policy", POLICY.formatted("{\"keys\":[" + rsa.toPublicJWK() + "]}", issuer));
        for (Target target : targets) {
            mesh.proxy(target.kind(), node(target.name()));
        }
    }

    @AfterEach
    void end() throws Exception {
        mesh.close();
        Async.done(vertx.close());
    }

    private MeshNode node(String name) {
        MeshNode known = name.startsWith("gateway") ? mesh.gateway(name) : mesh.node(name, name);
        Map<String, String> labels = new LinkedHashMap<>(known.labels());
        labels.put("checks", "tokens");
        return new MeshNode(
                known.role(),
                known.ip(),
                known.name(),
                known.namespace(),
                known.serviceAccount(),
                labels,
                known.more());
    }

    private static String pod(String name, int last) {
        return """
            apiVersion: v1
            kind: Service
            metadata: {name: %1$s, namespace: default}
            spec: {clusterIP: 10.96.44.%2$d, ports: [{port: 9001, name: http}], selector: {pod: %1$s}}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: %1$s, namespace: default, labels: {pod: %1$s, checks: tokens}}
            spec: {serviceAccountName: %1$s, containers: [{name: app, image: app, ports: [{containerPort: 9001}]}]}
            status: {phase: Running, podIP: %3$s, conditions: [{type: Ready, status: "True"}]}
            ---
            """.formatted(name, last, ADDRESS + last);
    }

    private static final String GATEWAY = """
        apiVersion: networking.istio.io/v1
        kind: Gateway
        metadata: {name: g, namespace: default}
        spec:
          selector: {istio: ingressgateway}
          servers: [{port: {number: 9180, name: http, protocol: HTTP}, hosts: ["*"]}]
        ---
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: v, namespace: default}
        spec:
          hosts: ["*"]
          gateways: [g]
          http:
          - match: [{headers: {"@request.auth.claims.groups": {exact: admins}}, uri: {exact: /routed}}]
            directResponse: {status: 299, body: {string: for admins}}
          - match: [{uri: {exact: /routed}}]
            directResponse: {status: 298, body: {string: for all}}
          - route: [{destination: {host: backend, port: {number: 9001}}}]
        """;

    private String byRsa(String claims) throws JOSEException {
        JWSObject token = new JWSObject(
                new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("r").build(), new Payload(claims));
        token.sign(new RSASSASigner(rsa));
        return token.serialize();
    }

    private String byEc(ECKey key, String claims) throws JOSEException {
        JWSObject token = new JWSObject(
                new JWSHeader.Builder(JWSAlgorithm.ES256).keyID("e").build(), new Payload(claims));
        token.sign(new ECDSASigner(key));
        return token.serialize();
    }

    private static String bearer(String token) {
        return "Authorization: Bearer " + token;
    }

    /** One request and its status. @param header empty for none */
    private record Row(String path, String header, int status) {}

    private List<Row> rows() throws JOSEException {
        String me = bearer(byRsa("{\"iss\":\"inline\",\"sub\":\"me\",\"aud\":\"here\"}"));
        String you = bearer(byRsa("{\"iss\":\"inline\",\"sub\":\"you\",\"aud\":[\"there\"],\"azp\":\"web\"}"));
        String rich =
                bearer(byRsa("{\"iss\":\"inline\",\"sub\":\"r\",\"aud\":\"here\",\"groups\":[\"users\",\"admins\"],"
                        + "\"a\":{\"b\":\"deeper\"},\"scope\":\"read write\"}"));
        String fetched = byEc(ec, "{\"iss\":\"fetched\",\"sub\":\"f\"}");
        String discovered = byEc(ec, "{\"iss\":\"" + issuer + "\",\"sub\":\"d\",\"aud\":\"here\"}");
        ECKey stranger = new ECKeyGenerator(Curve.P_256).keyID("e").generate();
        List<Row> rows = new ArrayList<>();
        for (String path :
                List.of("/open", "/me", "/any", "/there", "/web", "/admins", "/deep", "/write", "/not-inline")) {
            rows.add(new Row(path, "", path.equals("/open") || path.equals("/not-inline") ? 200 : 403));
            rows.add(new Row(path, me, List.of("/open", "/me", "/any").contains(path) ? 200 : 403));
            rows.add(new Row(
                    path, you, List.of("/open", "/any", "/there", "/web").contains(path) ? 200 : 403));
            rows.add(new Row(
                    path,
                    rich,
                    List.of("/open", "/any", "/admins", "/deep", "/write").contains(path) ? 200 : 403));
            rows.add(new Row(path, bearer("x"), 401));
        }
        for (String bad : List.of(
                byRsa("{\"iss\":\"inline\",\"aud\":\"here\",\"exp\":1}"),
                byRsa("{\"iss\":\"inline\",\"aud\":\"here\",\"nbf\":9000000000}"),
                byRsa("{\"iss\":\"somebody\"}"),
                byRsa("{\"iss\":\"fetched\"}"),
                byRsa("{\"iss\":\"inline\",\"sub\":1}"),
                byEc(stranger, "{\"iss\":\"" + issuer + "\",\"aud\":\"here\"}"),
                byEc(ec, "{\"iss\":\"inline\",\"aud\":\"here\"}"),
                "eyJhbGciOiJub25lIn0.eyJpc3MiOiJpbmxpbmUifQ.x",
                "a.b.c",
                "..",
                byRsa("[]"))) {
            rows.add(new Row("/open", bearer(bad), 401));
        }
        rows.add(new Row("/open", bearer(byRsa("{\"iss\":\"inline\",\"aud\":\"elsewhere\"}")), 403));
        rows.add(new Row("/open", bearer(byRsa("{\"iss\":\"inline\"}")), 403));
        rows.add(new Row(
                "/any", "Cookie: session=" + byRsa("{\"iss\":\"inline\",\"sub\":\"c\",\"aud\":\"here\"}"), 200));
        rows.add(new Row("/open", "Cookie: session=x", 401));
        rows.add(new Row("/any", "x-token: Token " + fetched, 200));
        rows.add(new Row("/not-inline", "x-token: Token " + fetched, 200));
        rows.add(new Row("/open", "x-token: Token " + byEc(stranger, "{\"iss\":\"fetched\"}"), 401));
        rows.add(new Row("/any", bearer(fetched), 401));
        rows.add(new Row("/any?t=" + fetched, "", 200));
        rows.add(new Row("/open?t=x", "", 401));
        rows.add(new Row("/any?access_token=" + discovered, "", 200));
        rows.add(new Row("/any", bearer(discovered), 200));
        rows.add(new Row("/any", "authorization: bearer " + discovered, 403));
        return rows;
    }

    private String ask(Target target, Row row, boolean http2) throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of("-H", "Host: any.test"));
        if (!row.header().isEmpty()) {
            arguments.addAll(List.of("-H", row.header()));
        }
        if (http2) {
            arguments.add("--http2-prior-knowledge");
        }
        return new Caller("outside", PodMesh.outside()).answer(target.url() + row.path(), arguments);
    }

    /** Status, challenge and body: what a client learns. */
    private static String said(String answer) {
        int body = answer.indexOf("\r\n\r\n");
        String head = body < 0 ? answer : answer.substring(0, body);
        String challenge = head.lines()
                .filter(line -> line.toLowerCase(Locale.ROOT).startsWith("www-authenticate:"))
                .map(String::strip)
                .findFirst()
                .orElse("");
        String[] words = head.split(" ", 3);
        String status = words.length > 1 ? words[1].strip() : "none";
        return status + " " + challenge + " " + (status.startsWith("2") || body < 0 ? "" : answer.substring(body + 4));
    }

    private static String where(Target target, Row row, boolean http2) {
        return target.name() + (http2 ? " HTTP/2 " : " HTTP/1.1 ") + row.path() + " " + row.header();
    }

    @Shows({
        "RequestAuthentication.jwtRules.issuer",
        "RequestAuthentication.jwtRules.jwks",
        "RequestAuthentication.jwtRules.audiences",
        "RequestAuthentication.jwtRules.fromHeaders.name",
        "RequestAuthentication.jwtRules.fromHeaders.prefix",
        "RequestAuthentication.jwtRules.fromParams",
        "RequestAuthentication.jwtRules.fromCookies"
    })
    @Test
    void tokensDecideAtSidecarsAndGatewaysAsWithEnvoy() throws Exception {
        List<Row> rows = rows();
        Row good = rows.getLast();
        for (Target target : targets) {
            Awaitility.await(target.name())
                    .atMost(Patience.OF_A_CHANGE)
                    .untilAsserted(
                            () -> assertThat(said(ask(target, good, false))).startsWith("403 "));
        }
        List<String> wrong = new ArrayList<>();
        Map<String, String> ofOurs = new LinkedHashMap<>();
        for (Target target : targets) {
            for (Row row : rows) {
                for (boolean http2 : new boolean[] {false, true}) {
                    String said = said(ask(target, row, http2));
                    if (!said.startsWith(row.status() + " ")) {
                        wrong.add(where(target, row, http2) + ": " + said);
                    }
                    String same = where(new Target(target.name().replaceAll("-.*", ""), target.kind(), ""), row, http2);
                    String plain = said.replace(target.url(), "");
                    String other = ofOurs.putIfAbsent(same, plain);
                    if (other != null && !other.equals(plain)) {
                        wrong.add(same + ": ours says " + other + ", Envoy " + plain);
                    }
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void gatewaysRouteByClaims() throws Exception {
        Row admin = new Row(
                "/routed",
                bearer(byRsa("{\"iss\":\"inline\",\"sub\":\"a\",\"aud\":\"here\",\"groups\":[\"admins\"]}")),
                299);
        Row other = new Row("/routed", "", 298);
        mesh.apply("open", """
            apiVersion: security.istio.io/v1
            kind: AuthorizationPolicy
            metadata: {name: routed, namespace: default}
            spec: {selector: {matchLabels: {checks: tokens}}, rules: [{to: [{operation: {paths: [/routed]}}]}]}
            """);
        for (Target target : targets.subList(2, 4)) {
            Awaitility.await(target.name()).atMost(Patience.OF_A_CHANGE).untilAsserted(() -> {
                assertThat(said(ask(target, admin, false))).startsWith("299 ");
                assertThat(said(ask(target, other, false))).startsWith("298 ");
            });
        }
    }
}
