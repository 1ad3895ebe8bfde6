package dev.poolswitch.benchmarks.report;

import java.util.Arrays;
import java.util.Locale;

/**
 * What one measurement gave.
 *
 * @param median of all iterations of all forks
 * @param low the lowest one
 * @param high the highest one
 */
public record Figures(double median, double low, double high) {

    public static Figures of(double... samples) {
        double[] sorted = samples.clone();
        Arrays.sort(sorted);
        return new Figures(at(sorted, 0.5), sorted[0], sorted[sorted.length - 1]);
    }

    /** The quartiles take the place of the extremes: where others share the machine, those tell of the others. */
    public static Figures quartiles(double... samples) {
        double[] sorted = samples.clone();
        Arrays.sort(sorted);
        return new Figures(at(sorted, 0.5), at(sorted, 0.25), at(sorted, 0.75));
    }

    private static double at(double[] sorted, double share) {
        double place = share * (sorted.length - 1);
        int below = (int) place;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
    }

    /** The median and the spread: {@code 97 (94 to 103)}. */
    public String shown() {
        return number(median) + " (" + number(low) + " to " + number(high) + ")";
    }

    public static String number(double value) {
        double size = Math.abs(value);
        String format = size >= 1_000_000 ? "%,.0f" : size >= 20 ? "%.0f" : size >= 1 ? "%.1f" : "%.3f";
        return String.format(Locale.ROOT, format, value);
    }

    public static String ratio(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }

    /** {@code yes}, or {@code no}: whether a target was met. */
    public static String met(boolean met) {
        return met ? "yes" : "**no**";
    }
}
