package dev.lateen.proxy.http.filter;

import dev.lateen.proxy.http.call.CallFailure;
import dev.lateen.proxy.http.call.CallLimits;
import dev.lateen.proxy.http.call.CallOutcome;
import dev.lateen.proxy.http.call.ClusterCalls;
import dev.lateen.proxy.http.call.HttpAnswer;
import dev.lateen.proxy.http.call.HttpCall;
import dev.lateen.proxy.http.call.Pending;
import dev.lateen.proxy.jwt.Jwks;
import dev.lateen.proxy.jwt.JwtKeySource.Found;
import dev.lateen.proxy.jwt.JwtStatus;
import dev.lateen.proxy.model.JwtProvider.Keys;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys of an issuer that are fetched from a cluster ({@code remote_jwks}), on one event loop. One fetch serves all who wait, and goes on when they leave; after one that failed the next waits a moment, so that a
 * server that is down is not asked by every request. With {@code async_fetch} old keys are used until there are newer ones.
 */
final class RemoteJwks {
    /** In bytes; no issuer has as many keys. */
    static final int LARGEST = 256 * 1024;

    private static final Logger LOG = LoggerFactory.getLogger(RemoteJwks.class);

    private final Keys.Remote from;
    private final List<Consumer<Boolean>> waiting = new ArrayList<>();
    private @Nullable Jwks keys;
    private long fetchedNanos;
    private @Nullable JwtStatus failed;
    private long failedNanos;
    private boolean fetching;

    RemoteJwks(Keys.Remote from) {
        this.from = from;
    }

    static StateKey<RemoteJwks> key(Keys.Remote from) {
        return new StateKey<>(
                "jwks/" + from.cluster() + '/' + from.uri() + '/' + from.hashCode(),
                RemoteJwks.class,
                StateKey.Scope.EVENT_LOOP);
    }

    static RemoteJwks of(Keys.Remote from, FilterContext context) {
        RemoteJwks jwks = context.state(key(from), () -> new RemoteJwks(from));
        if (from.ahead() && jwks.isDue(context.nanos())) {
            jwks.begin(context);
        }
        return jwks;
    }

    private boolean isDue(long nanos) {
        return keys != null && !fetching && isOld(nanos) && !hasFailed(nanos);
    }

    private boolean isOld(long nanos) {
        return nanos - fetchedNanos >= from.cacheDuration().toNanos();
    }

    private boolean hasFailed(long nanos) {
        return failed != null && nanos - failedNanos < from.failedRefetch().toNanos();
    }

    Found found(long nanos) {
        Jwks known = keys;
        if (known != null && (from.ahead() || !isOld(nanos))) {
            return new Found.Ready(known);
        }
        JwtStatus why = failed;
        return why != null && hasFailed(nanos) ? new Found.Failed(why) : new Found.Wanted();
    }

    /** @param then told whether there are keys now */
    Pending fetch(FilterContext context, Consumer<Boolean> then) {
        waiting.add(then);
        if (!fetching) {
            begin(context);
        }
        return () -> waiting.remove(then);
    }

    private void begin(FilterContext context) {
        fetching = true;
        // The one whose request began it may be gone by the end.
        ask(context.calls(), context::nanos, from.retries());
    }

    /** Nobody's wait ends it; its own limit does. */
    private void ask(ClusterCalls calls, LongSupplier clock, int left) {
        URI uri;
        try {
            uri = new URI(from.uri());
        } catch (URISyntaxException e) {
            done(clock, JwtStatus.JWKS_FETCH_FAIL, e.getMessage());
            return;
        }
        String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
        HttpCall call = HttpCall.get(String.valueOf(uri.getRawAuthority()), path + query);
        if ("https".equalsIgnoreCase(uri.getScheme())) {
            call.head().scheme("https");
        }
        Pending _ = calls.http(from.cluster(), call, new CallLimits(from.timeout(), LARGEST), outcome -> {
            switch (outcome) {
                case CallOutcome.Answered<HttpAnswer>(HttpAnswer answer) -> answered(calls, clock, answer, left);
                case CallOutcome.Failed<HttpAnswer>(CallFailure failure) -> again(calls, clock, failure.text(), left);
            }
        });
    }

    private void answered(ClusterCalls calls, LongSupplier clock, HttpAnswer answer, int left) {
        if (answer.status() != 200) {
            again(calls, clock, "status " + answer.status() + " (expected: 200)", left);
            return;
        }
        byte[] body = new byte[answer.body().readableBytes()];
        answer.body().getBytes(answer.body().readerIndex(), body);
        switch (Jwks.read(body)) {
            case Jwks.Outcome.Read(Jwks read) -> {
                keys = read;
                fetchedNanos = clock.getAsLong();
                failed = null;
                end(true);
            }
            case Jwks.Outcome.Bad(JwtStatus status) -> done(clock, status, status.text());
        }
    }

    private void again(ClusterCalls calls, LongSupplier clock, String why, int left) {
        if (left > 0) {
            ask(calls, clock, left - 1);
        } else {
            done(clock, JwtStatus.JWKS_FETCH_FAIL, why);
        }
    }

    private void done(LongSupplier clock, JwtStatus status, @Nullable String why) {
        LOG.warn("Keys of {} can't be had from cluster {}: {}", from.uri(), from.cluster(), why);
        failed = status;
        failedNanos = clock.getAsLong();
        end(false);
    }

    private void end(boolean fetched) {
        fetching = false;
        List<Consumer<Boolean>> all = List.copyOf(waiting);
        waiting.clear();
        all.forEach(each -> each.accept(fetched));
    }
}
