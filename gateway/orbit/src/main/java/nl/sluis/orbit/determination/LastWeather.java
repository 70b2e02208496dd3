package nl.sluis.orbit.determination;

import org.orekit.models.earth.atmosphere.NRLMSISE00InputParameters;
import org.orekit.time.AbsoluteDate;

/** Magnetic indices at the last date that was asked for: densities at two heights are asked for at each. Belongs to one thread. */
final class LastWeather implements NRLMSISE00InputParameters {
    private static final long serialVersionUID = 1L;

    private final NRLMSISE00InputParameters table;
    private transient AbsoluteDate lastDate = AbsoluteDate.PAST_INFINITY;
    private transient double[] last = {};

    LastWeather(NRLMSISE00InputParameters table) {
        this.table = table;
    }

    @Override
    public AbsoluteDate getMinDate() {
        return table.getMinDate();
    }

    @Override
    public AbsoluteDate getMaxDate() {
        return table.getMaxDate();
    }

    @Override
    public double getDailyFlux(AbsoluteDate date) {
        return table.getDailyFlux(date);
    }

    @Override
    public double getAverageFlux(AbsoluteDate date) {
        return table.getAverageFlux(date);
    }

    @Override
    public double[] getAp(AbsoluteDate date) {
        if (!date.equals(lastDate)) {
            last = table.getAp(date);
            lastDate = date;
        }
        return last.clone();
    }
}
