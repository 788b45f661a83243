package dev.lateen.it;

import io.fabric8.kubernetes.client.Config;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.PemTrustOptions;
import java.net.URI;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Stands between a client and an API server, and notes what is asked: by whom nobody needs to know, for there is one client. Watches pass, by WebSocket too. */
final class ApiRecorder {
    private static final Pattern RESOURCE = Pattern.compile(
            "/api(?:/v1|s/(?<group>[^/]+)/[^/]+)(?:/namespaces/(?<namespace>[^/]+)(?=/))?/(?<resource>[^/]+)(?:/(?<name>[^/]+))?(?:/(?<sub>.+))?");
    private static final Pattern ONE = Pattern.compile("metadata\\.name(?:=|%3D)([^&,%]+)");

    private final HttpClient client;
    private final URI server;
    private final Queue<Asked> asked = new ConcurrentLinkedQueue<>();
    private final HttpServer listening;

    /**
     * One call, in the words of Kubernetes' authorization.
     *
     * @param namespace empty for all, or for what is in none
     * @param resource with its subresource, if it is about one
     * @param name empty if it is about more than one
     */
    record Asked(String verb, String group, String resource, String namespace, String name, int status) {}

    /** For the API server of a client's configuration, on a free port of this machine. */
    ApiRecorder(Vertx vertx, Config config) {
        server = URI.create(config.getMasterUrl());
        // Each watch has a connection for itself.
        client = vertx.createHttpClient(
                new HttpClientOptions()
                        .setSsl(true)
                        .setTrustOptions(new PemTrustOptions()
                                .addCertValue(Buffer.buffer(Base64.getDecoder().decode(config.getCaCertData())))),
                new PoolOptions().setHttp1MaxSize(500));
        listening =
                Async.done(vertx.createHttpServer().requestHandler(this::pass).listen(0, "127.0.0.1"));
    }

    /** Where it listens. */
    String url() {
        return "http://127.0.0.1:" + listening.actualPort();
    }

    /** What was asked so far. */
    List<Asked> asked() {
        return List.copyOf(asked);
    }

    private void pass(HttpServerRequest near) {
        near.pause();
        client.request(new RequestOptions()
                        .setMethod(near.method())
                        .setHost(server.getHost())
                        .setPort(server.getPort())
                        .setURI(near.uri()))
                .compose(far -> {
                    far.headers().setAll(near.headers()).remove("host");
                    return near.headers().contains("upgrade") ? upgrade(near, far) : forward(near, far);
                })
                .onFailure(_ -> near.connection().close());
    }

    private Future<Void> forward(HttpServerRequest near, HttpClientRequest far) {
        boolean body =
                near.headers().contains("content-length") || near.headers().contains("transfer-encoding");
        Future<HttpClientResponse> sent = body ? far.send(near) : far.send();
        return sent.compose(answer -> {
            note(near, answer.statusCode());
            near.response().setStatusCode(answer.statusCode()).headers().setAll(answer.headers());
            near.response().closeHandler(_ -> answer.request().reset());
            return answer.pipeTo(near.response());
        });
    }

    private Future<Void> upgrade(HttpServerRequest near, HttpClientRequest far) {
        return far.connect().compose(answer -> {
            note(near, answer.statusCode());
            near.response().setStatusCode(answer.statusCode()).headers().setAll(answer.headers());
            if (answer.statusCode() != 101) {
                return answer.pipeTo(near.response());
            }
            NetSocket there = answer.netSocket();
            there.pause();
            return near.toNetSocket().compose(here -> {
                here.pipeTo(there);
                there.pipeTo(here);
                return Future.succeededFuture();
            });
        });
    }

    private void note(HttpServerRequest request, int status) {
        Matcher path = RESOURCE.matcher(request.path());
        if (!path.matches()) {
            // Versions and lists of what is served: anyone may read them.
            return;
        }
        String query = request.query() == null ? "" : request.query();
        Matcher one = ONE.matcher(query);
        String name = path.group("name") != null ? path.group("name") : one.find() ? one.group(1) : "";
        String sub = path.group("sub") == null ? "" : "/" + path.group("sub");
        for (String verb : verbs(request, path.group("name") != null, query, status)) {
            asked.add(new Asked(
                    verb,
                    orEmpty(path.group("group")),
                    path.group("resource") + sub,
                    orEmpty(path.group("namespace")),
                    name,
                    status));
        }
    }

    private static String orEmpty(String text) {
        return text == null ? "" : text;
    }

    /** An object that is applied and wasn't there is also created. */
    private static List<String> verbs(HttpServerRequest request, boolean named, String query, int status) {
        return switch (request.method().name()) {
            case "GET" -> List.of(query.contains("watch=true") ? "watch" : named ? "get" : "list");
            case "POST" -> List.of("create");
            case "PUT" -> List.of("update");
            case "PATCH" -> status == 201 ? List.of("patch", "create") : List.of("patch");
            case "DELETE" -> List.of(named ? "delete" : "deletecollection");
            default -> new ArrayList<>(List.of(request.method().name()));
        };
    }
}
