package dev.lateen.istiod.jwks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lateen.istiod.model.TokenKeys.Wanted;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpKeyFetchTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final String KEYS = "{\"keys\":[]}";
    private final Vertx vertx = Vertx.vertx();
    private final List<String> asked = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    private String serve(Consumer<HttpServerRequest> answers) throws Exception {
        HttpServer server = vertx.createHttpServer()
                .requestHandler(request -> {
                    asked.add(request.uri());
                    answers.accept(request);
                })
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .get(20, TimeUnit.SECONDS);
        return "http://127.0.0.1:" + server.actualPort();
    }

    private String fetch(String issuer, String uri, String... environment) throws Exception {
        Map<String, String> settings =
                environment.length == 0 ? Map.of() : Map.of("BLOCKED_CIDRS_IN_JWKS_URIS", environment[0]);
        return new HttpKeyFetch(vertx, JwksBootstrap.of(settings), System::nanoTime)
                .fetch(new Wanted(issuer, uri, LONG));
    }

    @Test
    void keysAreFetchedByTheirAddress() throws Exception {
        String server = serve(request -> request.response().end(KEYS));
        assertThat(fetch("i", server + "/a/b?c=d")).isEqualTo(KEYS);
        assertThat(asked).containsExactly("/a/b?c=d");
    }

    @Test
    void anIssuerTellsWhereItsKeysAre() throws Exception {
        String server = serve(request -> request.response()
                .end(
                        request.uri().equals("/me/.well-known/openid-configuration")
                                ? "{\"jwks_uri\":\"http://" + request.authority() + "/keys\"}"
                                : KEYS));
        assertThat(fetch(server + "/me/", "")).isEqualTo(KEYS);
        assertThat(asked).containsExactly("/me/.well-known/openid-configuration", "/keys");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "[]", "{}", "{\"keys\":1}", "<html>", "{\"keys\":["})
    void whatIsNoSetOfKeysIsToldToNobody(String body) throws Exception {
        String server = serve(request -> request.response().end(body));
        assertThatThrownBy(() -> fetch("i", server)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> fetch(server, "")).isInstanceOf(IOException.class);
    }

    @Test
    void aStatusThatIsNoAnswerIsAFailure() throws Exception {
        String server = serve(request -> request.response().setStatusCode(404).end(KEYS));
        assertThatThrownBy(() -> fetch("i", server)).hasMessageContaining("status 404");
    }

    @Test
    void redirectsAreFollowedButNotForever() throws Exception {
        String server = serve(request -> {
            if (request.uri().equals("/keys")) {
                request.response().end(KEYS);
            } else {
                request.response()
                        .setStatusCode(302)
                        .putHeader("location", request.uri().equals("/once") ? "/keys" : "/again")
                        .end();
            }
        });
        assertThat(fetch("i", server + "/once")).isEqualTo(KEYS);
        assertThatThrownBy(() -> fetch("i", server + "/again")).hasMessageContaining("more than 3 redirects");
    }

    @Test
    void aRedirectToSomethingElseThanHttpIsNotFollowed() throws Exception {
        String server = serve(request -> request.response()
                .setStatusCode(302)
                .putHeader("location", "file:///etc/passwd")
                .end());
        assertThatThrownBy(() -> fetch("i", server)).hasMessageContaining("no address of HTTP");
    }

    @Test
    void aRedirectToWhatIsBlockedIsNotFollowed() throws Exception {
        String server = serve(request -> request.response()
                .setStatusCode(302)
                .putHeader("location", "http://169.254.169.254/latest/meta-data")
                .end());
        assertThatThrownBy(() -> fetch("i", server)).hasMessageContaining("169.254.169.254 is not to be asked");
    }

    @ParameterizedTest
    @CsvSource({"127.0.0.0/8", "'10.0.0.0/8, 127.0.0.1'", "0.0.0.0/0"})
    void addressesMayBeBlocked(String blocked) throws Exception {
        String server = serve(request -> request.response().end(KEYS));
        assertThatThrownBy(() -> fetch("i", server, blocked)).hasMessageContaining("127.0.0.1 is not to be asked");
        assertThatThrownBy(() -> fetch("i", server.replace("127.0.0.1", "localhost"), blocked))
                .hasMessageContaining("is not to be asked");
        assertThat(asked).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://169.254.169.254/",
                "http://[fe80::1]/",
                "http://[fd00:ec2::254]/",
                "http://100.100.100.200/",
                "ftp://a/",
                "a",
                "http:///x",
                "file:///etc/passwd",
                "http://[::ffff:169.254.169.254]/"
            })
    void someAreNeverAsked(String uri) {
        assertThatThrownBy(() -> fetch("i", uri)).isInstanceOf(IOException.class);
    }

    @Test
    void megabytesAreNotRead() throws Exception {
        String server = serve(request -> request.response().end("{\"keys\":[]" + " ".repeat(3_000_000) + "}"));
        assertThatThrownBy(() -> fetch("i", server)).hasMessageContaining("longer than");
    }

    @Test
    void aServerThatHangsIsGivenUp() throws Exception {
        String server = serve(_ -> {});
        assertThatThrownBy(() -> new HttpKeyFetch(vertx, JwksBootstrap.of(Map.of()), System::nanoTime)
                        .fetch(new Wanted("i", server, Duration.ofMillis(50))))
                .isInstanceOf(IOException.class);
    }

    @Test
    void theEnvironmentHasIstiosNames() throws Exception {
        assertThat(JwksBootstrap.of(Map.of())).isEqualTo(new JwksBootstrap(Duration.ofMinutes(20), List.of(), false));
        assertThat(JwksBootstrap.of(Map.of(
                        "PILOT_JWT_PUB_KEY_REFRESH_INTERVAL", "1h30m",
                        "JWKS_RESOLVER_INSECURE_SKIP_VERIFY", "true",
                        "BLOCKED_CIDRS_IN_JWKS_URIS", "10.0.0.0/8, x,fd00::/8")))
                .isEqualTo(new JwksBootstrap(
                        Duration.ofMinutes(90),
                        List.of(
                                new AddressBlock(InetAddress.getByName("10.0.0.0"), 8),
                                new AddressBlock(InetAddress.getByName("fd00::"), 8)),
                        true));
        assertThat(JwksBootstrap.of(Map.of("PILOT_JWT_PUB_KEY_REFRESH_INTERVAL", "soon"))
                        .refresh())
                .isEqualTo(Duration.ofMinutes(20));
    }
}
