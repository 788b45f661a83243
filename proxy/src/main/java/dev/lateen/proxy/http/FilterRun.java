package dev.lateen.proxy.http;

import dev.lateen.proxy.forward.Upgrades;
import dev.lateen.proxy.head.HeadPreparation;
import dev.lateen.proxy.http.call.ClusterCalls;
import dev.lateen.proxy.http.call.Pending;
import dev.lateen.proxy.http.filter.Asking;
import dev.lateen.proxy.http.filter.BodyWish;
import dev.lateen.proxy.http.filter.FilterContext;
import dev.lateen.proxy.http.filter.FilterVerdict;
import dev.lateen.proxy.http.filter.HeldBody;
import dev.lateen.proxy.http.filter.LocalReply;
import dev.lateen.proxy.http.filter.RouteFilters;
import dev.lateen.proxy.http.filter.StateKey;
import dev.lateen.proxy.message.ExchangeFacts;
import dev.lateen.proxy.message.ResponseHead;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One exchange's way through its filters: forth with the request's head, back with the response's. */
final class FilterRun implements FilterContext {
    private static final Logger LOG = LoggerFactory.getLogger(FilterRun.class);

    private static final Asking NOTHING = _ -> Pending.OVER;

    /** More of the request's body. */
    private static final Pending BODY = () -> {};

    private final HttpExchange exchange;
    private RouteFilters filters;
    private int next;
    /** The latest; null while there is none. */
    private @Nullable ResponseEdit edits;

    /** What is waited for, an answer or the {@link #BODY}; null while nothing is. */
    private @Nullable Pending waiting;

    FilterRun(HttpExchange exchange, RouteFilters filters) {
        this.exchange = exchange;
        this.filters = filters;
    }

    /** Asks the filters that have not been asked. */
    void proceed() {
        while (next < filters.size()) {
            if (!wishIsMet(filters.wish(next))) {
                return;
            }
            FilterVerdict verdict;
            try {
                verdict = filters.filter(next++).onRequest(exchange.facts(), this);
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

    /** Whether the next filter can be asked; if not, more of the body is awaited, or the request was refused. */
    private boolean wishIsMet(@Nullable BodyWish wish) {
        if (wish == null || Upgrades.asked(exchange.facts().request())) {
            return true;
        }
        RequestBody body = exchange.body();
        boolean complete = exchange.requestComplete();
        BodyWish.Outcome outcome = wish.with(body.size(), complete);
        if (outcome == BodyWish.Outcome.WAITING && body.noRoom()) {
            // Were they to wait for each other, none of them would ever be whole.
            if (!wish.allowPartial()) {
                exchange.reply(LocalReply.overloaded());
                return false;
            }
            outcome = BodyWish.Outcome.MET;
        }
        switch (outcome) {
            case WAITING -> awaitBody();
            case TOO_LARGE -> exchange.reply(LocalReply.requestTooLarge());
            case MET -> bodyIsHere(body, complete);
        }
        return outcome == BodyWish.Outcome.MET;
    }

    private void awaitBody() {
        if (!awaitsBody()) {
            waiting = BODY;
            if (HeadPreparation.takesExpectation(exchange.facts())) {
                exchange.downstream().informational(LocalReplyRenderer.goOn());
            }
            exchange.downstream().resumeReading();
        }
    }

    private void bodyIsHere(RequestBody body, boolean complete) {
        if (awaitsBody() && !complete && body.full(exchange.downstream().holdLimit())) {
            exchange.downstream().pauseReading();
        }
        waiting = null;
    }

    /** Whether a filter waits for more of the body. */
    @SuppressWarnings("ReferenceEquality") // there is one
    boolean awaitsBody() {
        return waiting == BODY;
    }

    /** @return whether to go on at once */
    private boolean obey(FilterVerdict verdict) {
        return switch (verdict) {
            case FilterVerdict.Continue _ -> true;
            case FilterVerdict.Reply answer -> {
                exchange.reply(answer.reply());
                yield false;
            }
            case FilterVerdict.Delay delay -> {
                await(new Waiting(NOTHING, delay.delay(), delay.then()));
                yield false;
            }
            case FilterVerdict.Wait wait -> {
                await(new Waiting(wait.asking(), wait.limit(), wait.late()));
                yield false;
            }
            case FilterVerdict.Reroute _ -> {
                filters = filters.goOnWith(next, exchange.reroute());
                yield true;
            }
        };
    }

    private void await(Waiting begun) {
        waiting = begun;
        begun.begin();
    }

    private void resume(Supplier<FilterVerdict> decision) {
        FilterVerdict verdict;
        try {
            verdict = decision.get();
        } catch (RuntimeException fault) {
            exchange.reply(LocalReply.filterFailed(fault));
            return;
        }
        if (obey(verdict)) {
            proceed();
        }
    }

    /** Shows the response's head to the filters that were asked, the last one first. */
    void onResponse(ExchangeFacts facts) {
        for (int i = next - 1; i >= 0; i--) {
            filters.filter(i).onResponse(facts);
            ResponseHead head = facts.response();
            while (edits != null && edits.filter == i && head != null) {
                edits.edit.accept(head);
                edits = edits.before;
            }
        }
    }

    /** What a filter wants done to the response. @param filter its index @param before the edit that was asked for before this one */
    private record ResponseEdit(
            int filter,
            Consumer<ResponseHead> edit,
            @Nullable ResponseEdit before) {}

    @Override
    public void editResponse(Consumer<ResponseHead> edit) {
        edits = new ResponseEdit(next - 1, edit, edits);
    }

    /** The exchange is over, whatever came of it. */
    void end() {
        Pending current = waiting;
        if (current != null) {
            current.cancel();
        }
    }

    @Override
    public boolean chance(int millionths) {
        return exchange.worker().chance(millionths);
    }

    @Override
    public long nanos() {
        return exchange.worker().nanos();
    }

    @Override
    public long epochMillis() {
        return exchange.worker().epochMillis();
    }

    @Override
    public ClusterCalls calls() {
        return exchange.calls();
    }

    @Override
    public <T> T state(StateKey<T> key, Supplier<T> maker) {
        return exchange.worker().states().get(key, maker);
    }

    @Override
    public HeldBody body() {
        return exchange.body();
    }

    /** One wait, until it is over by its answer, by its limit or with the exchange. All but the answer's arrival is on the event loop. */
    private final class Waiting implements Asking.Answer, Pending {
        private final Asking asking;
        private final Duration limit;
        private final FilterVerdict late;
        /** Null until it has begun. */
        private @Nullable Pending pending;

        private @Nullable Future<?> timer;
        private boolean answered;

        Waiting(Asking asking, Duration limit, FilterVerdict late) {
            this.asking = asking;
            this.limit = limit;
            this.late = late;
        }

        void begin() {
            Pending begun;
            try {
                begun = asking.begin(this);
            } catch (RuntimeException fault) {
                failed(fault);
                return;
            }
            if (isCurrent()) {
                pending = begun;
                timer = exchange.worker().schedule(this::limitPassed, limit.toNanos());
            } else if (!answered) {
                giveUp(begun);
            }
        }

        @SuppressWarnings("ReferenceEquality") // each wait is one
        private boolean isCurrent() {
            return waiting == this && !exchange.over();
        }

        @Override
        public void decide(Supplier<FilterVerdict> decision) {
            EventLoop loop = exchange.worker().loop();
            if (loop.inEventLoop()) {
                take(decision);
            } else {
                loop.execute(() -> take(decision));
            }
        }

        @Override
        public void failed(Throwable fault) {
            FilterVerdict refusal = new FilterVerdict.Reply(LocalReply.filterFailed(fault));
            decide(() -> refusal);
        }

        private void take(Supplier<FilterVerdict> decision) {
            if (isCurrent()) {
                answered = true;
                leave();
                resume(decision);
            }
        }

        private void limitPassed() {
            if (isCurrent()) {
                cancel();
                resume(() -> late);
            }
        }

        private void leave() {
            waiting = null;
            Future<?> running = timer;
            if (running != null) {
                running.cancel(false);
            }
        }

        @Override
        public void cancel() {
            leave();
            Pending begun = pending;
            if (begun != null) {
                giveUp(begun);
            }
        }

        private void giveUp(Pending begun) {
            try {
                begun.cancel();
            } catch (RuntimeException fault) {
                LOG.warn("What a filter waited for could not be cancelled: {}", asking, fault);
            }
        }
    }
}
