package dev.lateen.install.standin;

import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** httpbin's endpoints that ask for credentials. */
final class HttpbinLogins {
    private final HttpbinEcho echo;

    HttpbinLogins(HttpbinEcho echo) {
        this.echo = echo;
    }

    void mount(Router router) {
        router.get("/basic-auth/:user/:password").handler(c -> basic(c, 401));
        router.get("/hidden-basic-auth/:user/:password").handler(c -> basic(c, 404));
        router.get("/bearer").handler(this::bearer);
    }

    private void basic(RoutingContext context, int refusal) {
        String user = context.pathParam("user");
        String expected = user + ":" + context.pathParam("password");
        String sent = "Basic " + Base64.getEncoder().encodeToString(expected.getBytes(StandardCharsets.UTF_8));
        if (sent.equals(context.request().getHeader("authorization"))) {
            var json = Json.object().put("authenticated", true).put("user", user);
            echo.answer(context, 200, echo.dialect() == HttpbinEcho.Dialect.GO ? json.put("authorized", true) : json);
            return;
        }
        if (refusal == 401) {
            context.response().putHeader("www-authenticate", "Basic realm=\"Fake Realm\"");
        }
        context.response().setStatusCode(refusal).end();
    }

    private void bearer(RoutingContext context) {
        String header = context.request().getHeader("authorization");
        if (header == null || !header.startsWith("Bearer ")) {
            context.response()
                    .putHeader("www-authenticate", "Bearer")
                    .setStatusCode(401)
                    .end();
            return;
        }
        echo.answer(
                context,
                200,
                Json.object().put("authenticated", true).put("token", header.substring("Bearer ".length())));
    }
}
