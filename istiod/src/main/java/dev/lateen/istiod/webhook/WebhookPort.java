package dev.lateen.istiod.webhook;

import dev.lateen.istiod.listen.ListenAddress;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import java.util.function.Consumer;

/**
 * The port for what an API server asks.
 *
 * @param address where it is ({@code --httpsAddr}, 15017)
 * @param more takes further paths on it, such as that of injection; called once, on istiod's event loop
 */
public record WebhookPort(ListenAddress address, Consumer<Router> more) {
    /** The paths of a webhook and of others. */
    public Router router(Vertx vertx, ValidationWebhook validation) {
        Router router = Router.router(vertx);
        validation.serveOn(router);
        more.accept(router);
        return router;
    }
}
