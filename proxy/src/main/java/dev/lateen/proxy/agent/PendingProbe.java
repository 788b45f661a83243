package dev.lateen.proxy.agent;

import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A question to the application until it is answered, its time is over, or nobody waits for it any more. The first of these counts. Safe for use by several threads. */
final class PendingProbe {
    private static final long NO_TIMER = -1;

    private final Promise<AppProbes.Answer> answer = Promise.promise();
    private final long timer;
    private @Nullable Runnable cancel;
    private boolean over;

    /** @param limit zero for none */
    PendingProbe(Vertx vertx, Duration limit) {
        this.timer = limit.isZero()
                ? NO_TIMER
                : vertx.setTimer(
                        Math.max(1, limit.toMillis()), _ -> giveUp("no answer within " + limit.toSeconds() + " s"));
        answer.future().onComplete(_ -> {
            if (timer != NO_TIMER) {
                vertx.cancelTimer(timer);
            }
        });
    }

    Future<AppProbes.Answer> answer() {
        return answer.future();
    }

    void answered(AsyncResult<AppProbes.Answer> result) {
        finish();
        if (result.succeeded()) {
            answer.tryComplete(result.result());
        } else {
            answer.tryFail(result.cause());
        }
    }

    void giveUp(String why) {
        Runnable open = finish();
        if (answer.tryFail(why) && open != null) {
            open.run();
        }
    }

    private synchronized @Nullable Runnable finish() {
        over = true;
        return cancel;
    }

    /** Whether nobody waits any more. */
    synchronized boolean isOver() {
        return over;
    }

    /** What ends it from now on, when it is given up; run at once if it was already. */
    void cancelBy(Runnable action) {
        boolean now;
        synchronized (this) {
            cancel = action;
            now = over;
        }
        if (now) {
            action.run();
        }
    }
}
