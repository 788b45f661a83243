package dev.lateen.it;

import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.concurrent.TimeUnit;

/** Waits for what happens elsewhere. */
final class Async {
    private Async() {}

    /** The result; an error if it failed or took more than a minute. */
    static <T> T done(Future<T> future) {
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(1, TimeUnit.MINUTES)
                .join();
    }

    /** Deploys a role. */
    static <V extends Deployable> V deployed(Vertx vertx, V role) {
        done(vertx.deployVerticle(role));
        return role;
    }
}
