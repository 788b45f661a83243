package dev.lateen.proxy.agent;

import dev.lateen.api.metrics.MetricsText;
import dev.lateen.proxy.admin.AdminServer;
import dev.lateen.proxy.admin.Page;
import dev.lateen.proxy.admin.PageSender;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code /stats/prometheus}: the proxy's metrics and the application's in one answer, which streams past and is never held. The application is asked first, since the format
 * follows from its answer, and told last; one that fails, is late or too long costs nothing but its own.
 */
final class MergedMetrics {
    private static final Logger LOG = LoggerFactory.getLogger(MergedMetrics.class);

    private static final String TIMEOUT = "X-Prometheus-Scrape-Timeout-Seconds";

    /** Prometheus' own default. */
    private static final Duration USUAL_TIME = Duration.ofSeconds(10);

    private static final Duration MOST_TIME = Duration.ofSeconds(60);

    /** Of the scrape's time, for the application: the proxy's own metrics have to arrive too. */
    private static final double SHARE = 0.7;

    private final Vertx vertx;
    private final Scraper scraper;
    private final List<ScrapeTarget> targets;
    private final AgentSource source;
    private final PageSender pages;
    private final ScrapeCounts counts = new ScrapeCounts();
    /** Those whose failure was told. */
    private final Set<ScrapeTarget> failing = ConcurrentHashMap.newKeySet();

    MergedMetrics(Vertx vertx, Scraper scraper, List<ScrapeTarget> targets, AgentSource source, PageSender pages) {
        this.vertx = vertx;
        this.scraper = scraper;
        this.targets = targets;
        this.source = source;
        this.pages = pages;
    }

    void answer(HttpServerRequest request) {
        Page own;
        try {
            own = counted(source.metrics(query(request)));
        } catch (IllegalArgumentException e) {
            AdminServer.answer(request.response().setStatusCode(400), AdminServer.TEXT, e.getMessage() + "\n");
            return;
        }
        counts.scraped();
        Duration limit = limit(request.getHeader(TIMEOUT));
        Map<String, String> headers = headers(request);
        List<Future<Telling>> asked =
                targets.stream().map(target -> ask(target, headers, limit)).toList();
        Future.join(asked).onComplete(_ -> {
            List<Telling> telling = new ArrayList<>();
            asked.stream().filter(Future::succeeded).forEach(one -> telling.add(one.result()));
            Exposition format =
                    Exposition.of(telling.stream().map(Telling::format).toList());
            AppendedMetrics appended =
                    new AppendedMetrics(vertx, request.response(), telling, format, limit, this::failed);
            pages.send(request, format.mediaType(), own, appended::begin);
            if (request.response().ended()) {
                appended.giveUp();
            }
        });
    }

    private Page counted(Page proxys) {
        return out -> {
            proxys.write(out);
            counts.write(new MetricsText(out));
        };
    }

    private Future<Telling> ask(ScrapeTarget target, Map<String, String> headers, Duration limit) {
        return scraper.head(target, headers, limit)
                .compose(answer -> {
                    Exposition format = Exposition.of(answer.getHeader("content-type"));
                    if (format == null) {
                        answer.request().reset();
                        return Future.failedFuture(
                                "content-type " + answer.getHeader("content-type") + " (expected: text/plain)");
                    }
                    return Future.succeededFuture(new Telling(target, answer, format));
                })
                .onSuccess(_ -> failing.remove(target))
                .onFailure(e -> failed(target, String.valueOf(e.getMessage())));
    }

    /** Told once until it goes well again: there is a scrape every few seconds. */
    private void failed(ScrapeTarget target, String why) {
        counts.applicationFailed();
        if (failing.add(target)) {
            LOG.warn("the application's metrics at port {}, {}: {}", target.port(), target.path(), why);
        }
    }

    private static Map<String, String> headers(HttpServerRequest request) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Accept", Exposition.accepted(request.getHeader("accept")));
        for (String passed : List.of("User-Agent", TIMEOUT)) {
            String value = request.getHeader(passed);
            if (value != null) {
                headers.put(passed, value);
            }
        }
        return headers;
    }

    /** How long the application may take, by what Prometheus says of its own patience. */
    static Duration limit(@Nullable String seconds) {
        Duration all = USUAL_TIME;
        try {
            double given = seconds == null ? 0 : Double.parseDouble(seconds);
            if (given > 0 && given <= MOST_TIME.toSeconds()) {
                all = Duration.ofMillis((long) (given * 1000));
            } else if (given > MOST_TIME.toSeconds()) {
                all = MOST_TIME;
            }
        } catch (NumberFormatException e) {
            LOG.debug("{}: {} (expected: seconds)", TIMEOUT, seconds);
        }
        return Duration.ofMillis(Math.max(1, (long) (all.toMillis() * SHARE)));
    }

    private static Map<String, String> query(HttpServerRequest request) {
        Map<String, String> query = new LinkedHashMap<>();
        request.params().forEach((key, value) -> query.put(key, value));
        return query;
    }

    Future<Void> close() {
        return scraper.close();
    }
}
