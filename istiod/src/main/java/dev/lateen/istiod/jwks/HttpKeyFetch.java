package dev.lateen.istiod.jwks;

import dev.lateen.istiod.model.TokenKeys.Wanted;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Keys by HTTP. What users write names the servers that this process talks to, so: an address that is blocked is not connected to, whatever its name and however often DNS changes its mind; redirects are few, don't
 * leave TLS and don't lead to this machine; answers have a bound, and only what is a set of keys is told to anybody.
 */
final class HttpKeyFetch implements KeyFetch {
    /** In bytes; no issuer has as many keys, and no document of discovery says as much. */
    static final int LARGEST = 256 * 1024;

    private static final int MOST_REDIRECTS = 3;
    private static final String DISCOVERY = "/.well-known/openid-configuration";

    private final HttpClient client;
    private final List<AddressBlock> blocked;
    private final LongSupplier nanos;
    private final JsonMapper json = new JsonMapper();

    HttpKeyFetch(Vertx vertx, JwksBootstrap settings, LongSupplier nanos) {
        this.nanos = nanos;
        this.client = vertx.createHttpClient(new HttpClientOptions()
                .setKeepAlive(false)
                .setDecompressionSupported(false)
                .setTrustAll(settings.insecure())
                .setVerifyHost(!settings.insecure()));
        List<AddressBlock> all = new ArrayList<>(AddressBlock.ALWAYS);
        all.addAll(settings.blocked());
        this.blocked = List.copyOf(all);
    }

    @Override
    public String fetch(Wanted keys) throws IOException, InterruptedException {
        long until = nanos.getAsLong() + keys.timeout().toNanos();
        String uri = keys.uri();
        if (uri.isEmpty()) {
            String issuer = keys.issuer();
            String document =
                    get((issuer.endsWith("/") ? issuer.substring(0, issuer.length() - 1) : issuer) + DISCOVERY, until);
            JsonNode found = parse(document).path("jwks_uri");
            if (!found.isString()) {
                throw new IOException(issuer + DISCOVERY + ": no jwks_uri in it");
            }
            uri = found.asString();
        }
        String answer = get(uri, until);
        if (!parse(answer).path("keys").isArray()) {
            throw new IOException(uri + ": no JSON with a list of keys");
        }
        return answer;
    }

    private JsonNode parse(String text) throws IOException {
        try {
            return json.readTree(text);
        } catch (JacksonException e) {
            throw new IOException("no JSON", e);
        }
    }

    private String get(String text, long until) throws IOException, InterruptedException {
        URI uri = uri(text);
        boolean loopback = false;
        for (int hop = 0; hop <= MOST_REDIRECTS; hop++) {
            InetSocketAddress server = server(uri);
            loopback |= hop == 0 && server.getAddress().isLoopbackAddress();
            if (server.getAddress().isLoopbackAddress() && !loopback) {
                throw new IOException(text + ": redirects to " + uri + ", which is this machine");
            }
            Answer answer = ask(uri, server, until);
            if (answer.location == null) {
                return answer.body;
            }
            URI next = uri.resolve(uri(uri.resolve(answer.location).toString()));
            if (isTls(uri) && !isTls(next)) {
                throw new IOException(text + ": redirects to " + next + ", which is not secure");
            }
            uri = next;
        }
        throw new IOException(text + ": more than " + MOST_REDIRECTS + " redirects");
    }

    private static boolean isTls(URI uri) {
        return "https".equalsIgnoreCase(uri.getScheme());
    }

    private static URI uri(String text) throws IOException {
        try {
            URI uri = new URI(text);
            String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
            if (uri.getHost() == null || !scheme.equals("http") && !scheme.equals("https")) {
                throw new IOException(text + ": no address of HTTP");
            }
            return uri;
        } catch (URISyntaxException | IllegalArgumentException e) {
            throw new IOException(text + ": no address of HTTP", e);
        }
    }

    /** What is connected to is the address that was looked at. */
    private InetSocketAddress server(URI uri) throws IOException {
        String host = uri.getHost();
        InetAddress address = InetAddress.getByName(host);
        for (AddressBlock block : blocked) {
            if (block.contains(address)) {
                throw new IOException(uri + ": " + address.getHostAddress() + " is not to be asked (" + block + ")");
            }
        }
        return new InetSocketAddress(address, uri.getPort() >= 0 ? uri.getPort() : isTls(uri) ? 443 : 80);
    }

    /** @param location where else to look; null for an answer */
    private record Answer(@Nullable String location, String body) {}

    private Answer ask(URI uri, InetSocketAddress server, long until) throws IOException, InterruptedException {
        String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        Duration left = Duration.ofNanos(Math.max(1_000_000, until - nanos.getAsLong()));
        Future<Answer> answer = client.request(new RequestOptions()
                        .setMethod(HttpMethod.GET)
                        .setServer(SocketAddress.inetSocketAddress(server))
                        .setHost(uri.getHost())
                        .setPort(server.getPort())
                        .setSsl(isTls(uri))
                        .setURI(uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery())
                        .setConnectTimeout(left.toMillis())
                        .setIdleTimeout(left.toMillis()))
                .compose(request ->
                        request.send().compose(response -> read(response)).onFailure(_ -> request.reset()));
        try {
            return answer.toCompletionStage().toCompletableFuture().get(left.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new IOException(uri + ": no answer in time", e);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            throw new IOException(uri + ": " + (cause == null ? e : cause).getMessage(), e);
        }
    }

    private static Future<Answer> read(HttpClientResponse response) {
        int status = response.statusCode();
        String location = response.getHeader("location");
        if (location != null && (status == 301 || status == 302 || status == 303 || status == 307 || status == 308)) {
            response.request().reset();
            return Future.succeededFuture(new Answer(location, ""));
        }
        if (status < 200 || status > 299) {
            return Future.failedFuture("status " + status);
        }
        Promise<Answer> read = Promise.promise();
        Buffer body = Buffer.buffer();
        response.handler(part -> {
            if (body.length() + part.length() > LARGEST) {
                read.tryFail("longer than " + LARGEST + " bytes");
            } else {
                body.appendBuffer(part);
            }
        });
        response.exceptionHandler(read::tryFail);
        response.endHandler(_ -> read.tryComplete(new Answer(null, body.toString())));
        return read.future();
    }
}
