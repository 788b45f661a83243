package dev.lateen.install.reach;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.ServerWebSocketHandshake;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * As much of an API server as tools need: pods by name, by label and through Deployments, access reviews, and port-forwarding by WebSocket to pods that
 * answer HTTP with given pages.
 */
public final class CannedCluster implements AutoCloseable {
    private final Vertx vertx = Vertx.vertx();
    private final HttpServer server;
    private final Map<String, JsonObject> pods = new ConcurrentHashMap<>();
    private final Map<String, JsonObject> objects = new ConcurrentHashMap<>();
    private final Map<String, String> pages = new ConcurrentHashMap<>();
    private final Set<String> forbidden = ConcurrentHashMap.newKeySet();
    private final List<String> asked = new CopyOnWriteArrayList<>();

    public CannedCluster() throws Exception {
        server = vertx.createHttpServer(
                new HttpServerOptions().setHost("127.0.0.1").setPort(0).addWebSocketSubProtocol("v4.channel.k8s.io"));
        server.requestHandler(this::answer);
        server.webSocketHandshakeHandler(this::handshake);
        server.webSocketHandler(this::forward);
        server.listen().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    /** A kubeconfig that leads here. */
    public Path kubeconfig(Path directory) throws IOException {
        return Files.writeString(directory.resolve("kubeconfig"), """
            apiVersion: v1
            kind: Config
            current-context: here
            contexts: [{name: here, context: {cluster: here, user: me, namespace: shop}}]
            clusters: [{name: here, cluster: {server: "http://127.0.0.1:%d"}}]
            users: [{name: me, user: {token: t}}]
            """.formatted(server.actualPort()));
    }

    /** A running pod. @param containers their names */
    public JsonObject pod(String namespace, String name, Map<String, String> labels, String... containers) {
        JsonArray all = new JsonArray();
        for (String container : containers) {
            all.add(new JsonObject().put("name", container).put("image", "i"));
        }
        JsonObject pod = new JsonObject()
                .put("apiVersion", "v1")
                .put("kind", "Pod")
                .put("metadata", meta(namespace, name).put("labels", new JsonObject(Map.copyOf(labels))))
                .put("spec", new JsonObject().put("containers", all))
                .put("status", new JsonObject().put("phase", "Running"));
        pods.put(namespace + "/" + name, pod);
        return pod;
    }

    /** A Deployment whose pods have the label {@code app}. */
    public void deployment(String namespace, String name, String app) {
        JsonObject labels = new JsonObject().put("app", app);
        objects.put(
                "/apis/apps/v1/namespaces/" + namespace + "/deployments/" + name,
                new JsonObject()
                        .put("apiVersion", "apps/v1")
                        .put("kind", "Deployment")
                        .put("metadata", meta(namespace, name))
                        .put("spec", new JsonObject().put("selector", new JsonObject().put("matchLabels", labels))));
    }

    private static JsonObject meta(String namespace, String name) {
        return new JsonObject().put("namespace", namespace).put("name", name);
    }

    /** What a port of a pod answers to a path. */
    public void page(String pod, int port, String path, String body) {
        pages.put(pod + ":" + port + path, body);
    }

    /** From now on nobody may do this: {@code VERB RESOURCE}, such as {@code get pods/portforward}. */
    public void forbid(String verbAndResource) {
        forbidden.add(verbAndResource);
    }

    /** What pods were asked, such as {@code GET reviews:15000/config_dump}. */
    public List<String> asked() {
        return List.copyOf(asked);
    }

    private void answer(HttpServerRequest request) {
        String path = Objects.requireNonNull(request.path());
        if (path.endsWith("/selfsubjectaccessreviews")) {
            request.body().onSuccess(body -> review(request, body.toJsonObject()));
        } else if (objects.containsKey(path)) {
            request.response().end(objects.get(path).encode());
        } else if (path.startsWith("/api/v1/namespaces/") && path.contains("/pods")) {
            pods(request, path.split("/", -1));
        } else {
            request.response().setStatusCode(404).end(status(404, "not found").encode());
        }
    }

    private void review(HttpServerRequest request, JsonObject review) {
        JsonObject what = review.getJsonObject("spec").getJsonObject("resourceAttributes");
        String asked = what.getString("verb") + " " + what.getString("resource") + "/" + what.getString("subresource");
        review.put("status", new JsonObject().put("allowed", !forbidden.contains(asked)));
        request.response().setStatusCode(201).end(review.encode());
    }

    /** /api/v1/namespaces/NS/pods[/NAME] */
    private void pods(HttpServerRequest request, String[] path) {
        if (forbidden.contains("list pods")) {
            request.response()
                    .setStatusCode(403)
                    .end(status(403, "pods is forbidden: User \"u\" cannot list resource \"pods\"")
                            .encode());
            return;
        }
        if (path.length > 6) {
            JsonObject pod = pods.get(path[4] + "/" + path[6]);
            request.response()
                    .setStatusCode(pod == null ? 404 : 200)
                    .end((pod == null ? status(404, "no pod") : pod).encode());
            return;
        }
        JsonArray found = new JsonArray();
        String selector = request.getParam("labelSelector");
        pods.forEach((key, pod) -> {
            if (key.startsWith(path[4] + "/") && matches(pod, selector)) {
                found.add(pod);
            }
        });
        request.response()
                .end(new JsonObject()
                        .put("apiVersion", "v1")
                        .put("kind", "PodList")
                        .put("metadata", new JsonObject())
                        .put("items", found)
                        .encode());
    }

    private static boolean matches(JsonObject pod, @Nullable String selector) {
        JsonObject labels = pod.getJsonObject("metadata").getJsonObject("labels");
        for (String pair : selector == null ? new String[0] : selector.split(",", -1)) {
            String[] parts = pair.split("=", 2);
            if (!parts[1].equals(labels.getString(parts[0]))) {
                return false;
            }
        }
        return true;
    }

    private static JsonObject status(int code, String message) {
        return new JsonObject()
                .put("apiVersion", "v1")
                .put("kind", "Status")
                .put("status", "Failure")
                .put("code", code)
                .put("message", message);
    }

    private void handshake(ServerWebSocketHandshake handshake) {
        if (forbidden.contains("get pods/portforward")) {
            handshake.reject(403);
        } else {
            handshake.accept();
        }
    }

    /** Channel 0 is data, channel 1 errors; the first frame of each tells the port. */
    private void forward(ServerWebSocket socket) {
        String pod = socket.path().split("/", -1)[6];
        int port = Integer.parseInt(Objects.requireNonNull(socket.query()).replaceAll(".*ports=(\\d+).*", "$1"));
        for (int channel = 0; channel < 2; channel++) {
            socket.writeBinaryMessage(
                    Buffer.buffer(new byte[] {(byte) channel, (byte) (port & 0xff), (byte) (port >> 8)}));
        }
        boolean silent = pages.keySet().stream().noneMatch(page -> page.startsWith(pod + ":" + port + "/"));
        if (silent) {
            socket.writeBinaryMessage(Buffer.buffer(new byte[] {1}).appendString("nothing listens on port " + port));
            socket.close();
            return;
        }
        StringBuilder request = new StringBuilder();
        socket.binaryMessageHandler(frame -> {
            request.append(frame.slice(1, frame.length()).toString(StandardCharsets.ISO_8859_1));
            if (request.toString().endsWith("\r\n\r\n")) {
                String text = request.toString();
                request.setLength(0);
                socket.writeBinaryMessage(Buffer.buffer(new byte[] {0}).appendString(response(pod, port, text)));
            }
        });
    }

    private String response(String pod, int port, String request) {
        List<String> words = new ArrayList<>(List.of(request.split(" ", 3)));
        String key = pod + ":" + port + words.get(1);
        asked.add(words.get(0) + " " + key);
        String body = pages.get(key);
        return body == null
                ? "HTTP/1.1 404 Not Found\r\ncontent-length: 7\r\n\r\nno page"
                : "HTTP/1.1 200 OK\r\ncontent-length: " + body.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n"
                        + body;
    }

    @Override
    public void close() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }
}
