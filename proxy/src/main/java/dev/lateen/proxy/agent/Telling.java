package dev.lateen.proxy.agent;

import io.vertx.core.http.HttpClientResponse;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** An application that has begun to tell its metrics and waits until they are read. Lives on the event loop of who asked. */
final class Telling {
    private final ScrapeTarget target;
    private final HttpClientResponse answer;
    private final Exposition format;
    private @Nullable Throwable failure;
    private Consumer<Throwable> onFailure;

    /** @param answer paused; its connection may break while nobody reads, which is told to nobody afterwards */
    Telling(ScrapeTarget target, HttpClientResponse answer, Exposition format) {
        this.target = target;
        this.answer = answer;
        this.format = format;
        this.onFailure = e -> failure = e;
        answer.exceptionHandler(e -> onFailure.accept(e));
    }

    ScrapeTarget target() {
        return target;
    }

    HttpClientResponse answer() {
        return answer;
    }

    Exposition format() {
        return format;
    }

    /** @param action told once if it breaks, maybe at once */
    void onFailure(Consumer<Throwable> action) {
        Throwable known = failure;
        if (known != null) {
            action.accept(known);
        } else {
            onFailure = action;
        }
    }

    void giveUp() {
        onFailure = _ -> {};
        answer.handler(null);
        answer.request().reset();
    }
}
