package dev.lateen.it.decide;

import java.util.random.RandomGenerator;

/** Chance that falls alike however often and in whichever order it is asked: so who decides without a socket draws what the data path draws. */
final class Chance implements RandomGenerator {
    private volatile long value;

    /** What is drawn from now on. */
    void fall(long next) {
        value = next & Long.MAX_VALUE;
    }

    @Override
    public long nextLong() {
        return value;
    }

    @Override
    public int nextInt(int bound) {
        return (int) (value % bound);
    }

    @Override
    public long nextLong(long bound) {
        return value % bound;
    }
}
