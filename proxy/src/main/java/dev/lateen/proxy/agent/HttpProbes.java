package dev.lateen.proxy.agent;

import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.HostAndPort;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * HTTP probes, as the kubelet asks them: headers and host are the probe's own, certificates are not checked, a redirect to the application itself is followed, one to elsewhere
 * is an answer; a connection serves one question.
 */
final class HttpProbes {
    private static final int MOST_REDIRECTS = 10;
    private static final int MOST_BODY = 10 * 1024;

    /** They belong to the asker's connection. */
    private static final Set<String> OF_THE_CONNECTION = Set.of(
            "connection",
            "keep-alive",
            "proxy-connection",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
            "http2-settings",
            "content-length",
            "expect",
            "host");

    private final ProbeClients clients;
    private final AgentSettings.Way way;

    HttpProbes(ProbeClients clients, AgentSettings.Way way) {
        this.clients = clients;
        this.way = way;
    }

    /** Where a question goes next. @param authority its host header; null for the address itself @param redirects that led there */
    private record Step(
            boolean tls, int port, String uri, @Nullable HostAndPort authority, int redirects) {}

    void ask(HttpServerRequest request, AppProbe.HttpGet probe, int ownPort, PendingProbe pending) {
        HostAndPort authority = authority(request, probe, ownPort);
        ask(request.headers(), new Step(probe.tls(), probe.port(), probe.path(), authority, 0), pending)
                .onComplete(pending::answered);
    }

    /** The kubelet names the port that it asks, which is not the application's. */
    private static @Nullable HostAndPort authority(HttpServerRequest request, AppProbe.HttpGet probe, int ownPort) {
        HostAndPort asked = request.authority();
        return asked != null && asked.port() == ownPort ? HostAndPort.create(asked.host(), probe.port()) : asked;
    }

    private Future<AppProbes.Answer> ask(MultiMap headers, Step step, PendingProbe pending) {
        RequestOptions options = new RequestOptions()
                .setMethod(HttpMethod.GET)
                .setHost(way.host())
                .setPort(step.port)
                .setSsl(step.tls)
                .setURI(step.uri);
        ProbeClients.Kind kind = step.tls ? ProbeClients.Kind.TLS : ProbeClients.Kind.CLEAR;
        return clients.of(kind).request(options).compose(question -> {
            pending.cancelBy(question::reset);
            address(question, headers, step);
            return question.send().compose(answer -> answered(headers, step, answer, pending));
        });
    }

    private static void address(HttpClientRequest question, MultiMap headers, Step step) {
        headers.forEach((name, value) -> {
            if (!OF_THE_CONNECTION.contains(name.toLowerCase(Locale.ROOT))) {
                question.headers().add(name, value);
            }
        });
        if (step.authority != null) {
            question.authority(step.authority);
        }
        if (question.version() == HttpVersion.HTTP_1_1) {
            question.putHeader("connection", "close");
        }
    }

    private Future<AppProbes.Answer> answered(
            MultiMap headers, Step step, HttpClientResponse answer, PendingProbe pending) {
        int status = answer.statusCode();
        if (status < 300 || status >= 400) {
            return beginning(answer).map(body -> new AppProbes.Answer(status, body));
        }
        Step next = next(step, answer.getHeader("location"));
        answer.request().reset();
        if (next == null) {
            // Without a place to go to, a redirect would be no answer that the asker can read.
            return Future.succeededFuture(AppProbes.Answer.GOOD);
        }
        return next.redirects > MOST_REDIRECTS
                ? Future.failedFuture("stopped after " + MOST_REDIRECTS + " redirects")
                : ask(headers, next, pending);
    }

    /** Where a redirect to the application itself leads; null for one to elsewhere or nowhere. */
    private @Nullable Step next(Step step, @Nullable String location) {
        if (location == null) {
            return null;
        }
        try {
            String host = way.host().indexOf(':') >= 0 ? "[" + way.host() + "]" : way.host();
            URI from = URI.create((step.tls ? "https://" : "http://") + host + ":" + step.port + step.uri);
            URI to = from.resolve(location);
            boolean secure = "https".equals(to.getScheme());
            if (!host.equals(to.getHost()) || !secure && !"http".equals(to.getScheme())) {
                return null;
            }
            int port = to.getPort() >= 0 ? to.getPort() : secure ? 443 : 80;
            String path = to.getRawPath() == null || to.getRawPath().isEmpty() ? "/" : to.getRawPath();
            String uri = to.getRawQuery() == null ? path : path + "?" + to.getRawQuery();
            boolean relative = URI.create(location).getHost() == null;
            return new Step(secure, port, uri, relative ? step.authority : null, step.redirects + 1);
        } catch (IllegalArgumentException notAnAddress) {
            return null;
        }
    }

    /** The beginning of the body; the rest is not waited for. */
    private static Future<String> beginning(HttpClientResponse answer) {
        Buffer body = Buffer.buffer();
        Promise<String> read = Promise.promise();
        answer.handler(bytes -> {
            body.appendBuffer(bytes, 0, Math.min(bytes.length(), MOST_BODY - body.length()));
            if (body.length() == MOST_BODY && read.tryComplete(text(body))) {
                answer.request().reset();
            }
        });
        answer.exceptionHandler(read::tryFail);
        answer.endHandler(_ -> read.tryComplete(text(body)));
        return read.future();
    }

    private static String text(Buffer body) {
        return body.toString(StandardCharsets.UTF_8);
    }
}
