package dev.lateen.install.standin;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.random.RandomGenerator;

/** httpbin, in the dialect of the image it stands for: what a client sent comes back as JSON, and answers are as odd as one asks for. */
final class Httpbin {
    private static final int MAX_BODY_BYTES = 1024 * 1024;
    private static final int MAX_BYTES = 100 * 1024;
    private static final int MAX_LINES = 100;
    private static final int MAX_DELAY_SECONDS = 10;

    private final Vertx vertx;
    private final HttpbinEcho echo;
    private final String hostname;
    private final RandomGenerator random;

    Httpbin(Vertx vertx, HttpbinEcho.Dialect dialect, StandInBootstrap bootstrap, RandomGenerator random) {
        this.vertx = vertx;
        this.echo = new HttpbinEcho(dialect);
        this.hostname = bootstrap.podName();
        this.random = random;
    }

    void mount(Router router) {
        router.route().handler(BodyHandler.create(false).setBodyLimit(MAX_BODY_BYTES));
        mountEchoes(router);
        mountOddities(router);
        new HttpbinRedirects().mount(router);
        new HttpbinLogins(echo).mount(router);
        new HttpbinBodies(vertx, echo, random).mount(router);
    }

    private void mountEchoes(Router router) {
        router.get("/").handler(c -> Text.answer(c, 200, Text.HTML, "<title>httpbin</title><h1>httpbin</h1>\n"));
        router.get("/get").handler(c -> echo.answer(c, 200, echo.withoutBody(c)));
        router.head("/head").handler(c -> echo.answer(c, 200, echo.withoutBody(c)));
        router.post("/post").handler(this::withBody);
        router.put("/put").handler(this::withBody);
        router.patch("/patch").handler(this::withBody);
        router.delete("/delete").handler(this::withBody);
        router.route("/anything*").handler(this::withBody);
        router.route("/headers").handler(c -> echo.answer(c, 200, echo.headersOnly(c)));
        router.route("/ip").handler(c -> echo.answer(c, 200, Json.object().put("origin", HttpbinEcho.origin(c))));
        router.route("/user-agent")
                .handler(c -> echo.answer(
                        c, 200, Json.object().put("user-agent", c.request().getHeader("user-agent"))));
        router.route("/hostname").handler(c -> echo.answer(c, 200, Json.object().put("hostname", hostname)));
        router.route("/uuid")
                .handler(c -> echo.answer(
                        c, 200, Json.object().put("uuid", UUID.randomUUID().toString())));
        router.route("/response-headers").handler(echo::responseHeaders);
        router.route("/cookies").handler(echo::cookies);
        router.get("/json")
                .handler(c -> Json.answer(c, 200, "{\"slideshow\":{\"title\":\"Sample Slide Show\",\"slides\":[]}}"));
        router.get("/xml")
                .handler(c ->
                        Text.answer(c, 200, "application/xml", "<?xml version=\"1.0\"?><slideshow title=\"Sample\"/>"));
        router.get("/html")
                .handler(c -> Text.answer(c, 200, Text.HTML, "<!DOCTYPE html><h1>Herman Melville - Moby-Dick</h1>\n"));
        router.get("/robots.txt").handler(c -> Text.answer(c, 200, "text/plain", "User-agent: *\nDisallow: /deny\n"));
        router.get("/deny").handler(c -> Text.answer(c, 200, "text/plain", "YOU SHOULDN'T BE HERE\n"));
    }

    private void mountOddities(Router router) {
        router.route("/status/:codes").handler(this::status);
        router.route("/delay/:seconds").handler(this::delay);
        router.get("/bytes/:count").handler(this::bytes);
        router.get("/stream/:lines").handler(this::stream);
        router.get("/base64/:value").handler(this::base64);
        router.get("/cache").handler(this::cache);
        router.get("/cache/:seconds").handler(c -> {
            c.response().putHeader("cache-control", "public, max-age=" + c.pathParam("seconds"));
            echo.answer(c, 200, echo.withoutBody(c));
        });
    }

    private void withBody(RoutingContext context) {
        echo.answer(context, 200, echo.withBody(context));
    }

    private void status(RoutingContext context) {
        // The route has it in its path.
        String[] codes = Objects.requireNonNull(context.pathParam("codes")).split(",", -1);
        OptionalInt code = ProductId.of(codes[random.nextInt(codes.length)]);
        if (code.isEmpty() || code.getAsInt() < 200 || code.getAsInt() > 599) {
            Json.error(
                    context,
                    400,
                    "status code: " + context.pathParam("codes") + " (expected: 200 to 599, or several with commas)");
            return;
        }
        var response = context.response().setStatusCode(code.getAsInt());
        switch (code.getAsInt()) {
            case 301, 302, 303, 305, 307 ->
                response.putHeader("location", "/redirect/1").end();
            case 401 ->
                response.putHeader("www-authenticate", "Basic realm=\"Fake Realm\"")
                        .end();
            case 418 ->
                response.putHeader("x-more-info", "http://tools.ietf.org/html/rfc2324")
                        .end("I'm a teapot!");
            default -> response.end();
        }
    }

    private void delay(RoutingContext context) {
        double seconds;
        try {
            seconds = Double.parseDouble(context.pathParam("seconds"));
        } catch (NumberFormatException e) {
            seconds = Double.NaN;
        }
        if (!(seconds >= 0)) {
            Json.error(context, 400, "delay: " + context.pathParam("seconds") + " (expected: seconds, 0 to 10)");
            return;
        }
        long millis = Math.max(1, Math.round(Math.min(seconds, MAX_DELAY_SECONDS) * 1000));
        vertx.setTimer(millis, fired -> {
            if (!context.response().closed()) {
                withBody(context);
            }
        });
    }

    private void bytes(RoutingContext context) {
        int count = ProductId.of(context.pathParam("count")).orElse(-1);
        if (count < 0) {
            Json.error(context, 400, "bytes: " + context.pathParam("count") + " (expected: a number)");
            return;
        }
        byte[] body = new byte[Math.min(count, MAX_BYTES)];
        random.nextBytes(body);
        context.response().putHeader("content-type", "application/octet-stream").end(Buffer.buffer(body));
    }

    private void stream(RoutingContext context) {
        int lines = Math.clamp(ProductId.of(context.pathParam("lines")).orElse(1), 1, MAX_LINES);
        var response = context.response().setChunked(true).putHeader("content-type", "application/json");
        for (int id = 0; id < lines; id++) {
            response.write(Json.text(echo.withoutBody(context).put("id", id)) + "\n");
        }
        response.end();
    }

    private void base64(RoutingContext context) {
        try {
            byte[] decoded = Base64.getUrlDecoder().decode(context.pathParam("value"));
            Text.answer(context, 200, Text.PLAIN, new String(decoded, StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            Json.error(context, 400, "base64: not decodable (expected: URL-safe base64)");
        }
    }

    private void cache(RoutingContext context) {
        var request = context.request();
        if (request.getHeader("if-modified-since") != null || request.getHeader("if-none-match") != null) {
            context.response().setStatusCode(304).end();
            return;
        }
        context.response().putHeader("etag", "\"" + hostname + "\"");
        echo.answer(context, 200, echo.withoutBody(context));
    }
}
