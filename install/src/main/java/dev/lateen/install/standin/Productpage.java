package dev.lateen.install.standin;

import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.http.Cookie;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** Bookinfo's front: a page and an API that gather details, reviews and ratings. */
final class Productpage {
    static final String TITLE = "The Comedy of Errors";
    static final String DESCRIPTION =
            "<a href=\"https://en.wikipedia.org/wiki/The_Comedy_of_Errors\">Wikipedia Summary</a>: The Comedy of"
                + " Errors is one of <b>William Shakespeare's</b> early plays. It is his shortest and one of his most"
                + " farcical comedies, with a major part of the humour coming from slapstick and mistaken identity, in"
                + " addition to puns and word play.";
    /** The original's; Istio's fault-injection task counts on them: two tries of three seconds for reviews, one for the others. */
    private static final Duration TIMEOUT = Duration.ofSeconds(3);

    private static final int REVIEWS_TRIES = 2;
    private static final int MAX_BODY_BYTES = 16 * 1024;

    private final OutboundCalls calls;
    private final UserSession session;
    private final Backend details;
    private final Backend reviews;
    private final Backend ratings;

    Productpage(StandInBootstrap bootstrap, OutboundCalls calls, UserSession session) {
        this.calls = calls;
        this.session = session;
        details = backend(bootstrap, "DETAILS", "details", "product details are");
        reviews = backend(bootstrap, "REVIEWS", "reviews", "product reviews are");
        ratings = backend(bootstrap, "RATINGS", "ratings", "product ratings are");
    }

    /** A service that productpage calls. */
    private record Backend(String host, int port, String path, String apology) {}

    /** What a backend said: its JSON, or a status and an apology. */
    record Outcome(int status, JsonNode json) {}

    private static Backend backend(StandInBootstrap bootstrap, String prefix, String name, String subject) {
        return new Backend(
                BookinfoHost.of(bootstrap, prefix + "_HOSTNAME", name),
                BookinfoHost.port(bootstrap, prefix + "_SERVICE_PORT"),
                "/" + name + "/",
                "Sorry, " + subject + " currently unavailable for this book.");
    }

    void mount(Router router) {
        router.get("/").handler(c -> Text.answer(c, 200, Text.HTML, ProductpageHtml.index()));
        router.get("/index.html").handler(c -> Text.answer(c, 200, Text.HTML, ProductpageHtml.index()));
        router.get("/health").handler(c -> Text.answer(c, 200, Text.HTML, "Product page is healthy"));
        router.get("/static/style.css").handler(c -> Text.answer(c, 200, "text/css", ProductpageHtml.style()));
        router.get("/productpage").handler(this::page);
        router.post("/login")
                .handler(BodyHandler.create(false).setBodyLimit(MAX_BODY_BYTES))
                .handler(this::login);
        router.get("/logout").handler(this::logout);
        router.get("/api/v1/products").handler(c -> Json.answer(c, 200, products()));
        router.get("/api/v1/products/:id").handler(c -> api(c, details, 1));
        router.get("/api/v1/products/:id/reviews").handler(c -> api(c, reviews, REVIEWS_TRIES));
        router.get("/api/v1/products/:id/ratings").handler(c -> api(c, ratings, 1));
    }

    private static String products() {
        var product = Json.object().put("id", 0).put("title", TITLE).put("descriptionHtml", DESCRIPTION);
        return "[" + Json.text(product) + "]";
    }

    private void api(RoutingContext context, Backend backend, int tries) {
        // The routes have it in their paths.
        fetch(backend, Objects.requireNonNull(context.pathParam("id")), headers(context), tries)
                .onSuccess(outcome -> Json.answer(context, outcome.status(), Json.text(outcome.json())));
    }

    private void page(RoutingContext context) {
        MultiMap headers = headers(context);
        fetch(details, "0", headers, 1)
                .compose(detail -> fetch(reviews, "0", headers, REVIEWS_TRIES)
                        .map(review -> ProductpageHtml.page(user(context), detail, review)))
                .onSuccess(html -> Text.answer(context, 200, Text.HTML, html));
    }

    /** Never fails: what can't be had becomes the original's apology. */
    private Future<Outcome> fetch(Backend backend, String id, MultiMap headers, int tries) {
        return calls.get(backend.host(), backend.port(), backend.path() + encoded(id), headers, TIMEOUT)
                .map(answer -> outcome(backend, answer))
                .otherwise(unreachable -> apology(backend, 500))
                .compose(outcome -> outcome.status() == 200 || tries <= 1
                        ? Future.succeededFuture(outcome)
                        : fetch(backend, id, headers, tries - 1));
    }

    private static Outcome outcome(Backend backend, OutboundCalls.Answer answer) {
        if (answer.status() != 200) {
            return apology(backend, answer.status());
        }
        Optional<JsonNode> json = Json.parse(answer.body());
        return json.map(body -> new Outcome(200, body)).orElseGet(() -> apology(backend, 500));
    }

    private static Outcome apology(Backend backend, int status) {
        return new Outcome(status, Json.object().put("error", backend.apology()));
    }

    private MultiMap headers(RoutingContext context) {
        MultiMap headers = TracingHeaders.of(context.request().headers());
        String user = user(context);
        if (!user.isEmpty()) {
            headers.set("end-user", user);
        }
        return headers;
    }

    private String user(RoutingContext context) {
        return session.user(context.request().getCookie(UserSession.COOKIE)).orElse("");
    }

    private void login(RoutingContext context) {
        String user = context.request().getFormAttribute("username");
        if (user == null || user.isBlank()) {
            Text.answer(context, 400, Text.PLAIN, "username: missing (expected: a form field)\n");
            return;
        }
        context.response().addCookie(session.cookieFor(user));
        back(context);
    }

    private void logout(RoutingContext context) {
        context.response()
                .addCookie(Cookie.cookie(UserSession.COOKIE, "").setPath("/").setMaxAge(0));
        back(context);
    }

    private static void back(RoutingContext context) {
        String referrer = context.request().getHeader("referer");
        context.response()
                .setStatusCode(302)
                .putHeader("location", referrer == null ? "/productpage" : referrer)
                .end();
    }

    private static String encoded(String id) {
        return URLEncoder.encode(id, StandardCharsets.UTF_8);
    }
}
