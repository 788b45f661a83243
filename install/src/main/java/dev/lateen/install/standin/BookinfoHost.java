package dev.lateen.install.standin;

/** The names under which Bookinfo's services call each other, with the variables that change them. */
final class BookinfoHost {
    private static final int DEFAULT_PORT = 9080;

    private BookinfoHost() {}

    static String of(StandInBootstrap bootstrap, String variable, String service) {
        String domain = bootstrap.env("SERVICES_DOMAIN", "");
        return bootstrap.env(variable, service) + (domain.isEmpty() ? "" : "." + domain);
    }

    static int port(StandInBootstrap bootstrap, String variable) {
        return ProductId.of(bootstrap.env(variable, "")).orElse(DEFAULT_PORT);
    }
}
