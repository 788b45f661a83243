package dev.lateen.install.standin;

import java.util.Map;
import tools.jackson.databind.JsonNode;

/** Productpage's HTML. */
final class ProductpageHtml {
    private ProductpageHtml() {}

    static String index() {
        return document("", """
            <h1>Bookinfo</h1>
            <p>A small bookshop of four services. Its page shows one book, with details and reviews from other services.</p>
            <p><a class="button" href="/productpage">Product page</a></p>
            """);
    }

    static String page(String user, Productpage.Outcome details, Productpage.Outcome reviews) {
        String body = """
            <h1>%s</h1>
            <p class="summary">%s</p>
            <div class="columns">
            <section><h2>Book Details</h2>
            %s</section>
            <section><h2>Book Reviews</h2>
            %s</section>
            </div>
            """.formatted(Productpage.TITLE, Productpage.DESCRIPTION, details(details), reviews(reviews));
        return document(account(user), body);
    }

    private static String account(String user) {
        if (!user.isEmpty()) {
            return "<span>%s</span> <a href=\"/logout\">sign out</a>".formatted(Text.escape(user));
        }
        return """
            <form method="post" action="/login">\
            <input name="username" placeholder="User Name" aria-label="User Name">\
            <input name="passwd" type="password" placeholder="Password" aria-label="Password">\
            <button>Sign in</button></form>\
            """;
    }

    private static String details(Productpage.Outcome details) {
        if (details.status() != 200) {
            return "<h3>Error fetching product details!</h3>\n" + apology(details);
        }
        var rows = new StringBuilder("<dl>\n");
        for (Map.Entry<String, JsonNode> field : details.json().properties()) {
            if (!field.getKey().equals("id")) {
                rows.append("<dt>%s</dt><dd>%s</dd>\n"
                        .formatted(
                                label(field.getKey()),
                                Text.escape(field.getValue().asString(""))));
            }
        }
        return rows.append("</dl>\n").toString();
    }

    private static String label(String field) {
        return Text.escape(Character.toUpperCase(field.charAt(0)) + field.substring(1));
    }

    private static String reviews(Productpage.Outcome reviews) {
        if (reviews.status() != 200) {
            return "<h3>Error fetching product reviews!</h3>\n" + apology(reviews);
        }
        var text = new StringBuilder();
        for (JsonNode review : reviews.json().path("reviews")) {
            text.append("<blockquote><p>%s</p>%s<footer>%s</footer></blockquote>\n"
                    .formatted(
                            Text.escape(review.path("text").asString("")),
                            stars(review.path("rating")),
                            Text.escape(review.path("reviewer").asString(""))));
        }
        return text.append("<p class=\"served\">Reviews served by: <code>%s</code></p>\n"
                        .formatted(Text.escape(reviews.json().path("podname").asString(""))))
                .toString();
    }

    private static String stars(JsonNode rating) {
        if (rating.isMissingNode()) {
            return "";
        }
        if (rating.has("error")) {
            return "<p class=\"error\">%s</p>"
                    .formatted(Text.escape(rating.path("error").asString("")));
        }
        int count = Math.clamp(rating.path("stars").asInt(0), 0, 5);
        String color = rating.path("color").asString("black").equals("red") ? "red" : "black";
        return "<p class=\"stars %s\" title=\"%d of 5 stars, %s\">%s%s</p>"
                .formatted(color, count, color, "★".repeat(count), "☆".repeat(5 - count));
    }

    private static String apology(Productpage.Outcome outcome) {
        return "<p class=\"error\">%s</p>\n"
                .formatted(Text.escape(outcome.json().path("error").asString("")));
    }

    private static String document(String account, String body) {
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>Simple Bookstore App</title>
            <link rel="stylesheet" href="/static/style.css">
            </head>
            <body>
            <header><strong>Bookinfo Sample</strong><nav>%s</nav></header>
            <main>
            %s</main>
            </body>
            </html>
            """.formatted(account, body);
    }

    static String style() {
        return """
            body { margin: 0; font: 16px/1.5 system-ui, sans-serif; color: #222; background: #fbfaf7; }
            header { display: flex; justify-content: space-between; align-items: center; padding: .8rem 1.5rem; background: #20343f; color: #fff; }
            header a { color: #fff; } header input { padding: .3rem; margin-right: .3rem; } header form { margin: 0; }
            main { max-width: 60rem; margin: 2rem auto; padding: 0 1.5rem; }
            .columns { display: flex; flex-wrap: wrap; gap: 3rem; } .columns section { flex: 1 1 20rem; }
            dt { font-weight: 600; float: left; clear: left; width: 7rem; } dd { margin-left: 7.5rem; }
            blockquote { margin: 0 0 1rem; padding-left: 1rem; border-left: 4px solid #d9d4c7; } footer, .served { color: #666; }
            .stars { font-size: 1.4rem; margin: 0; } .red { color: #c8102e; } .black { color: #222; } .error { color: #a02020; }
            """;
    }
}
