package dev.lateen.proxy.http.filter;

/** Something under way that can be given up. */
@FunctionalInterface
public interface Pending {
    /** What is over already. */
    Pending OVER = () -> {};

    /** Gives it up. Called once at most, on the exchange's event loop; must not block or throw. */
    void cancel();
}
