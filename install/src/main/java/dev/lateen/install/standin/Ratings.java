package dev.lateen.install.standin;

import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import tools.jackson.databind.JsonNode;

/** Bookinfo's ratings, kept in memory: five and four stars until somebody posts others. */
final class Ratings {
    private static final int MAX_BODY_BYTES = 64 * 1024;
    /** Bounds what posts can make it remember. */
    private static final int MAX_PRODUCTS = 10_000;

    private final Map<Integer, JsonNode> posted = new ConcurrentHashMap<>();

    void mount(Router router) {
        router.get("/health").handler(c -> Json.answer(c, 200, "{\"status\":\"Ratings is healthy\"}"));
        router.get("/ratings/*").handler(this::get);
        router.post("/ratings/*")
                .handler(BodyHandler.create(false).setBodyLimit(MAX_BODY_BYTES))
                .handler(this::post);
    }

    private void get(RoutingContext context) {
        OptionalInt id = ProductId.lastOf(context.request().path());
        if (id.isEmpty()) {
            Json.error(context, 400, "please provide numeric product ID");
            return;
        }
        Json.answer(context, 200, Json.text(ratings(id.getAsInt())));
    }

    private void post(RoutingContext context) {
        OptionalInt id = ProductId.lastOf(context.request().path());
        if (id.isEmpty()) {
            Json.error(context, 400, "please provide numeric product ID");
            return;
        }
        var ratings = Json.parse(context.body().buffer());
        if (ratings.isEmpty() || ratings.get().isMissingNode()) {
            Json.error(context, 400, "please provide valid ratings JSON");
            return;
        }
        if (posted.size() < MAX_PRODUCTS || posted.containsKey(id.getAsInt())) {
            posted.put(id.getAsInt(), ratings.get());
        }
        Json.answer(context, 200, Json.text(ratings(id.getAsInt())));
    }

    private JsonNode ratings(int id) {
        JsonNode ratings = posted.get(id);
        var answer = Json.object().put("id", id);
        answer.set(
                "ratings",
                ratings != null ? ratings : Json.object().put("Reviewer1", 5).put("Reviewer2", 4));
        return answer;
    }
}
