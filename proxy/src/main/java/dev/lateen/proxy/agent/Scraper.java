package dev.lateen.proxy.agent;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Asks an application of the pod for its metrics. Safe for use by several threads. */
final class Scraper {
    private final Vertx vertx;
    private final String host;
    private @Nullable HttpClient client;

    /** @param host the pod's loopback address */
    Scraper(Vertx vertx, String host) {
        this.vertx = vertx;
        this.host = host;
    }

    /** The head of the answer, whose body waits to be read; fails for anything but a 200 within the time. */
    Future<HttpClientResponse> head(ScrapeTarget target, Map<String, String> headers, Duration limit) {
        RequestOptions options = new RequestOptions()
                .setMethod(HttpMethod.GET)
                .setHost(host)
                .setPort(target.port())
                .setURI(target.path())
                .setConnectTimeout(Math.max(1, limit.toMillis()));
        headers.forEach(options::putHeader);
        return client().request(options).compose(request -> {
            // The answer may come with its first bytes: nobody would be there to take them.
            Future<HttpClientResponse> head = request.response().map(HttpClientResponse::pause);
            request.end();
            return head.timeout(limit.toMillis(), TimeUnit.MILLISECONDS)
                    .onFailure(_ -> request.reset())
                    .compose(answer -> {
                        if (answer.statusCode() == 200) {
                            return Future.succeededFuture(answer);
                        }
                        request.reset();
                        return Future.failedFuture("status " + answer.statusCode() + " (expected: 200)");
                    });
        });
    }

    private synchronized HttpClient client() {
        HttpClient known = client;
        if (known == null) {
            known = vertx.createHttpClient(new HttpClientOptions().setKeepAlive(false));
            client = known;
        }
        return known;
    }

    synchronized Future<Void> close() {
        HttpClient known = client;
        return known == null ? Future.succeededFuture() : known.close();
    }
}
