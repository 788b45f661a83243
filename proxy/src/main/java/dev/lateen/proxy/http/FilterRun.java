package dev.lateen.proxy.http;

import dev.lateen.proxy.http.filter.FilterVerdict;
import dev.lateen.proxy.http.filter.HttpFilter;
import dev.lateen.proxy.http.filter.LocalReply;
import dev.lateen.proxy.message.ExchangeFacts;
import io.netty.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** One exchange's way through its filters: forth with the request's head, back with the response's. */
final class FilterRun {
    private final HttpExchange exchange;
    private final HttpFilter[] filters;
    private int next;
    private boolean over;
    private @Nullable Future<?> delay;

    FilterRun(HttpExchange exchange, HttpFilter[] filters) {
        this.exchange = exchange;
        this.filters = filters;
    }

    /** Asks the filters that have not been asked. */
    void proceed() {
        while (next < filters.length) {
            FilterVerdict verdict;
            try {
                verdict = filters[next++].onRequest(exchange.facts(), exchange.worker());
            } catch (RuntimeException fault) {
                exchange.reply(LocalReply.filterFailed(fault));
                return;
            }
            if (!obey(verdict)) {
                return;
            }
        }
        exchange.act();
    }

    /** @return whether to go on at once */
    private boolean obey(FilterVerdict verdict) {
        return switch (verdict) {
            case FilterVerdict.Continue ignored -> true;
            case FilterVerdict.Reply answer -> {
                exchange.reply(answer.reply());
                yield false;
            }
            case FilterVerdict.Delay wait -> {
                delay = exchange.worker()
                        .schedule(() -> resume(wait.then()), wait.delay().toNanos());
                yield false;
            }
            case FilterVerdict.Wait wait -> {
                await(wait);
                yield false;
            }
        };
    }

    @SuppressWarnings("FutureReturnValueIgnored") // both outcomes are handled
    private void await(FilterVerdict.Wait wait) {
        wait.verdict()
                .whenComplete((verdict, fault) -> exchange.worker().loop().execute(() -> {
                    if (fault == null) {
                        resume(verdict);
                    } else if (!over) {
                        exchange.reply(LocalReply.filterFailed(fault));
                    }
                }));
    }

    private void resume(FilterVerdict verdict) {
        delay = null;
        if (!over && obey(verdict)) {
            proceed();
        }
    }

    /** Shows the response's head to the filters that were asked, the last one first. */
    void onResponse(ExchangeFacts facts) {
        for (int i = next - 1; i >= 0; i--) {
            filters[i].onResponse(facts);
        }
    }

    void cancel() {
        over = true;
        if (delay != null) {
            delay.cancel(false);
        }
    }
}
